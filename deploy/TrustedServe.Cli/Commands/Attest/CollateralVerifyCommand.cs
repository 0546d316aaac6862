using System.CommandLine;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary><c>trustedserve attest collateral verify</c>: whether a bundle is complete, signed by Intel, and current.</summary>
internal static class CollateralVerifyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var bundle = new Argument<string>("bundle") { Description = "A collateral bundle." };
        var at = AttestOptions.At();
        var root = AttestOptions.InsecureTrustRoot();
        var json = CommonOptions.Json();
        var command = new Command("verify", "Check a bundle without a quote; exit code 0 when it is complete, signed and current, 1 otherwise.") { bundle, at, root, json };
        command.SetAction(parsed =>
        {
            var collateral = CollateralFiles.Read(parsed.GetValue(bundle)!);
            var verified = VerifiedCollateral.Create(collateral, AttestOptions.Anchor(parsed.GetValue(root)));
            var clock = AttestOptions.Time(parsed.GetValue(at));
            List<CheckRow> checks = [.. Checks(collateral, verified, clock)];
            var accepted = checks.All(check => check.Passed);
            var first = verified.Validity.MinBy(piece => piece.Until);
            if (!parsed.GetValue(json))
            {
                CheckTable.Print("collateral", "part", checks);
            }

            Report.Print(
                parsed.GetValue(json),
                new { Accepted = accepted, JudgedAt = clock, ValidUntil = first?.Until, Checks = checks.Select(check => new { check.Name, check.Passed, check.Expected, check.Seen }) },
                accepted ? "✓ complete, signed and current" : "✗ refused",
                [("judged at", AttestOptions.Text(clock)), ("first to expire", first is null ? "-" : $"{first.Name}, {AttestOptions.Text(first.Until)}")]);
            return accepted ? 0 : 1;
        });
        return command;
    }

    private static IEnumerable<CheckRow> Checks(TdxCollateral collateral, VerifiedCollateral verified, DateTimeOffset clock)
    {
        const string Present = "present";
        yield return new CheckRow(!collateral.RootCaCrl.IsEmpty, "root CRL", Present, collateral.RootCaCrl.IsEmpty ? "missing" : Present);
        yield return new CheckRow(!collateral.PckCrl.IsEmpty, "PCK CRL", Present, collateral.PckCrl.IsEmpty ? "missing" : Present);
        if (!collateral.PckCrl.IsEmpty)
        {
            // Without it the list's signature can be checked with a quote alone, so nothing is known of it here.
            yield return new CheckRow(!collateral.PckCrlIssuerChain.IsEmpty, "PCK CRL issuer chain", Present, collateral.PckCrlIssuerChain.IsEmpty ? "missing" : Present);
        }

        yield return verified.FirstDefect is { } defect
            ? new CheckRow(false, defect.Step.ToString(), defect.Expected, defect.Seen)
            : new CheckRow(true, "signatures and contents", "everything leads to the pinned root", "so");
        foreach (var piece in verified.Validity)
        {
            var seen = AttestOptions.Text(clock) + (clock < piece.From ? " (not yet valid)" : clock > piece.Until ? " (expired)" : "");
            yield return new CheckRow(piece.From <= clock && clock <= piece.Until, piece.Name, $"{AttestOptions.Text(piece.From)} to {AttestOptions.Text(piece.Until)}", seen);
        }
    }
}
