using System.Text.Json;
using TrustedServe.Attestation.Ear;
using TrustedServe.Cli.Output;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>What became of a token, as tables for people or as one JSON object for machines. The token itself, a credential, is never shown.</summary>
internal static class TokenReport
{
    private const int MaxShown = 200;

    /// <summary>The steps in the verifier's order, each with the code of its refusal.</summary>
    private static readonly (string Name, ErrorCode Refusal)[] Steps =
    [
        ("Form", TsfErrors.MalformedEar),
        ("Algorithm", TsfErrors.EarAlgorithmRefused),
        ("Signer", TsfErrors.EarSignerUnknown),
        ("Signature", TsfErrors.EarSignatureInvalid),
        ("Profile", TsfErrors.EarProfileRefused),
        ("Issuer", TsfErrors.EarIssuerRefused),
        ("Expiry", TsfErrors.EarExpired),
        ("Validity", TsfErrors.EarNotYetValid),
        ("Status", TsfErrors.EarStatusRefused),
    ];

    /// <summary>Whether an error is the verdict on a token, and not on the question.</summary>
    public static bool IsRefusal(TsfException exception) => Array.Exists(Steps, step => step.Refusal == exception.Error);

    /// <summary>Prints an accepted token.</summary>
    public static void Print(bool json, EarClaims claims)
    {
        if (!json)
        {
            CheckTable.Print("verification", "step", Steps.Select(step => new CheckRow(true, step.Name, step.Refusal.Code, "passed")));
        }

        Report.Print(
            json,
            new { Accepted = true, claims.Issuer, claims.IssuedAt, claims.Expires, claims.Modules, claims.Evidence, claims.TeePublicKey },
            "✓ accepted",
            [
                ("issuer", claims.Issuer),
                ("issued", AttestOptions.Text(claims.IssuedAt)),
                ("expires", AttestOptions.Text(claims.Expires)),
                .. claims.Modules.OrderBy(module => module.Key, StringComparer.Ordinal).Select(module => ($"module {Shown(module.Key)}", $"{module.Value}")),
                .. claims.Evidence.ValueKind == JsonValueKind.Object ? claims.Evidence.EnumerateObject().Select(claim => (Shown(claim.Name), Shown(claim.Value.GetRawText()))) : [],
            ]);
    }

    /// <summary>Prints a refusal: the steps up to the one that fails.</summary>
    public static void Print(bool json, TsfException refusal)
    {
        var failed = Array.FindIndex(Steps, step => step.Refusal == refusal.Error);
        if (!json)
        {
            CheckTable.Print("verification", "step", Steps.Take(failed + 1).Select((step, i) => new CheckRow(i < failed, step.Name, step.Refusal.Code, i < failed ? "passed" : refusal.Message)));
        }

        Report.Print(
            json,
            new { Accepted = false, Step = Steps[failed].Name, refusal.Code, refusal.Message, refusal.Error.Remedy },
            "✗ refused",
            [("code", refusal.Code), ("what fails", refusal.Message), ("what to do", refusal.Error.Remedy)]);
    }

    /// <summary>A claim is the service's text: cut, and without control characters.</summary>
    private static string Shown(string text) => new([.. text.Take(MaxShown).Select(character => char.IsControl(character) ? '·' : character)]);
}
