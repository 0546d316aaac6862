using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Keys;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Verification;

/// <summary>
/// Development only: checks that simulated evidence is bound to the session, and believes the measurement that it states. The
/// token says <c>contraindicated</c>, so no relying party that looks at the status takes it for more.
/// </summary>
internal sealed partial class InsecureSimulatedEvidenceVerifier : IEvidenceVerifier
{
    // AR4SI: 97 "no genuine hardware", 33 "executables not recognised"; 0 makes no claim.
    private static readonly Dictionary<string, int> Vector = new()
    {
        ["instance-identity"] = 0,
        ["configuration"] = 0,
        ["executables"] = 33,
        ["file-system"] = 0,
        ["hardware"] = 97,
        ["runtime-opaque"] = 0,
        ["storage-opaque"] = 0,
        ["sourced-data"] = 0,
    };

    /// <inheritdoc/>
    public string Tee => KbsProtocol.InsecureSimulatedTee;

    /// <inheritdoc/>
    public Task<VerifiedEvidence> VerifyAsync(JsonElement evidence, ReadOnlyMemory<byte> reportData, JsonElement? initData, CancellationToken cancellationToken)
    {
        if (initData is { ValueKind: not JsonValueKind.Null })
        {
            throw new Refusal("init-data", "none", "a document").As(TsfErrors.EvidenceRefused, "Simulated evidence has no register that init-data could be bound to.");
        }

        var svn = KbsJson.Text(evidence, "svn");
        if (svn != "1")
        {
            throw new Refusal("svn", "1", svn is { Length: <= 8 } ? svn : "something else").As(TsfErrors.EvidenceRefused, "The simulated evidence is of another kind.");
        }

        CheckBinding(KbsJson.Text(evidence, "report_data"), reportData.Span);
        var measurement = KbsJson.Text(evidence, "measurement");
        if (measurement is null || !MeasurementForm().IsMatch(measurement))
        {
            throw new Refusal("measurement", "96 lower-case hex digits", measurement is null ? "nothing" : "something else").As(TsfErrors.EvidenceRefused, "The simulated evidence states no measurement.");
        }

        return Task.FromResult(new VerifiedEvidence(
            Tee,
            measurement,
            "contraindicated",
            Vector,
            Convert.ToHexStringLower(reportData.Span),
            KbsJson.Element(new Dictionary<string, string> { ["svn"] = svn, ["measurement"] = measurement })));
    }

    private static void CheckBinding(string? text, ReadOnlySpan<byte> expected)
    {
        var seen = new byte[RuntimeData.DigestBytes];
        var decoded = Convert.TryFromBase64String(text ?? "", seen, out var length) && length == seen.Length;
        if (!decoded || !CryptographicOperations.FixedTimeEquals(seen, expected))
        {
            throw new Refusal("report_data", Convert.ToHexStringLower(expected), decoded ? Convert.ToHexStringLower(seen) : $"not {seen.Length} bytes of base64")
                .As(TsfErrors.ReportDataMismatch, "The evidence is bound to something else.");
        }
    }

    [GeneratedRegex(@"\A[0-9a-f]{96}\z")]
    private static partial Regex MeasurementForm();
}
