using System.Collections.Frozen;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Kbs;

/// <summary>Which of Trustee's error names stands for which of our codes; both sides of the protocol use this one table.</summary>
public static class KbsErrors
{
    private static readonly FrozenDictionary<ErrorCode, string> Names = new Dictionary<ErrorCode, string>
    {
        [TsfErrors.KeyDenied] = "PolicyDeny",
        [TsfErrors.MeasurementRefused] = "PolicyDeny",
        [TsfErrors.EvidenceRefused] = "AttestationError",
        [TsfErrors.UnknownTee] = "AttestationError",
        [TsfErrors.ReportDataMismatch] = "AttestationError",
        [TsfErrors.SessionRejected] = "AttestationError",
        [TsfErrors.TooManySessions] = "AttestationError",
        [TsfErrors.ProtocolVersionMismatch] = "AttestationError",
        [TsfErrors.TokenMissing] = "TokenNotFound",
        [TsfErrors.TokenRejected] = "TokenVerifierError",
        [TsfErrors.KeyNotFound] = "PluginInternalError",
        [TsfErrors.ResourceDamaged] = "PluginInternalError",
        [TsfErrors.MalformedKbsMessage] = "SerdeError",
        [TsfErrors.UnknownBrokerRoute] = "InvalidRequestPath",
        [TsfErrors.MalformedKeyId] = "InvalidRequestPath",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, ErrorCode> Defaults = new Dictionary<string, ErrorCode>
    {
        ["PolicyDeny"] = TsfErrors.KeyDenied,
        ["AttestationError"] = TsfErrors.EvidenceRefused,
        ["TokenNotFound"] = TsfErrors.TokenMissing,
        ["TokenVerifierError"] = TsfErrors.TokenRejected,
        ["PluginInternalError"] = TsfErrors.KeyNotFound,
        ["SerdeError"] = TsfErrors.MalformedKbsMessage,
        ["JweError"] = TsfErrors.BrokerFailed,
        ["PluginNotFound"] = TsfErrors.UnknownBrokerRoute,
        ["InvalidRequestPath"] = TsfErrors.UnknownBrokerRoute,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Trustee's name for a code.</summary>
    public static string NameOf(ErrorCode error) => Names.GetValueOrDefault(error, "PluginInternalError");

    /// <summary>
    /// The HTTP status: 404 for paths and 401 for every other refusal, as Trustee has it; ours are 503 for being full and 500 for a
    /// failure of the broker itself, which a client may try again.
    /// </summary>
    public static int StatusOf(ErrorCode error) =>
        error == TsfErrors.UnknownBrokerRoute || error == TsfErrors.MalformedKeyId ? 404
        : error == TsfErrors.TooManySessions ? 503
        : Names.ContainsKey(error) ? 401
        : 500;

    /// <summary>
    /// Our code for an error body. The body's own <c>code</c> counts only where it agrees with its <c>type</c>, so that a broker
    /// cannot make a client report something that no broker can know.
    /// </summary>
    public static ErrorCode CodeOf(KbsError error)
    {
        var name = error.Type.StartsWith(KbsProtocol.ErrorTypePrefix, StringComparison.Ordinal)
            ? error.Type[KbsProtocol.ErrorTypePrefix.Length..]
            : "";
        if (TsfErrors.Find(error.Code) is { } exact && Names.TryGetValue(exact, out var expected) && expected == name)
        {
            return exact;
        }

        // Trustee has no name of its own for this one; its text is what the stock client looks at too.
        return error.Detail.Contains(TsfErrors.ProtocolVersionMismatch.Title, StringComparison.Ordinal)
            ? TsfErrors.ProtocolVersionMismatch
            : Defaults.GetValueOrDefault(name, TsfErrors.BrokerFailed);
    }
}
