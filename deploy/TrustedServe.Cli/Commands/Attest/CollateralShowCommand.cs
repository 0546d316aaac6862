using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary><c>trustedserve attest collateral show</c>: what a bundle says. Parts that do not verify are not shown, but named.</summary>
internal static class CollateralShowCommand
{
    /// <summary>So many revoked certificates are listed for people; machines get all.</summary>
    private const int ShownSerials = 100;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var bundle = new Argument<string>("bundle") { Description = "A collateral bundle." };
        var root = AttestOptions.InsecureTrustRoot();
        var json = CommonOptions.Json();
        var command = new Command("show", "Show dates, TCB levels and revoked certificates of a bundle.") { bundle, root, json };
        command.SetAction(parsed =>
        {
            var collateral = CollateralFiles.Read(parsed.GetValue(bundle)!);
            var verified = VerifiedCollateral.Create(collateral, AttestOptions.Anchor(parsed.GetValue(root)));
            var rootSerials = Serials(verified, "root CRL", collateral.RootCaCrl);
            // Without its issuer the list's signature can be checked with a quote alone.
            var pckSerials = Serials(verified, "PCK CRL", collateral.PckCrlIssuerChain.IsEmpty ? default : collateral.PckCrl);
            if (!parsed.GetValue(json))
            {
                PrintLevels(verified);
            }

            Report.Print(
                parsed.GetValue(json),
                CollateralJson.Of(verified, rootSerials, pckSerials),
                "collateral",
                [
                    .. verified.FirstDefect is { } defect ? [("NOT verified", $"{defect.Step}: expected {defect.Expected}, seen {defect.Seen}")] : Array.Empty<(string, string)>(),
                    ("FMSPC", verified.TcbInfo is { } info ? Convert.ToHexStringLower(info.Fmspc) : "-"),
                    ("evaluation number", $"TCB info {verified.TcbInfo?.EvaluationDataNumber}, QE identity {verified.QeIdentity?.EvaluationDataNumber}"),
                    .. verified.Validity.Select(piece => (piece.Name, $"{AttestOptions.Text(piece.From)} to {AttestOptions.Text(piece.Until)}")),
                    ("revoked by the root", Describe(rootSerials)),
                    ("revoked platforms", Describe(pckSerials)),
                ]);
            return 0;
        });
        return command;
    }

    private static void PrintLevels(VerifiedCollateral verified)
    {
        var table = new Table().Title("TCB levels").Border(TableBorder.Rounded).AddColumns("of", "at least", "status", "date", "advisories");
        foreach (var level in verified.TcbInfo?.Levels ?? [])
        {
            Add("platform", $"SGX {Convert.ToHexStringLower(level.SgxComponents)}, PCE {level.PceSvn}, TDX {Convert.ToHexStringLower(level.TdxComponents)}", level.Verdict);
        }

        foreach (var module in verified.TcbInfo?.ModuleIdentities ?? [])
        {
            foreach (var level in module.Levels)
            {
                Add($"module {module.Id}", $"{level.IsvSvn}", level.Verdict);
            }
        }

        foreach (var level in verified.QeIdentity?.Levels ?? [])
        {
            Add("quoting enclave", $"{level.IsvSvn}", level.Verdict);
        }

        AnsiConsole.Write(table);

        void Add(string of, string least, TcbVerdict verdict) => table.AddRow(
            new Text(of), new Text(least), new Text(verdict.Status.ToString()), new Text(verdict.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), new Text(string.Join(", ", verdict.AdvisoryIds)));
    }

    /// <summary>The serial numbers of a list; null when there is none, or none that holds.</summary>
    private static string[]? Serials(VerifiedCollateral verified, string name, ReadOnlyMemory<byte> list) =>
        !list.IsEmpty && verified.Validity.Any(piece => piece.Name == name)
            ? [.. RevocationList.Parse(list).Serials.Select(serial => serial.ToString()).Order(StringComparer.Ordinal)]
            : null;

    private static string Describe(string[]? serials) => serials switch
    {
        null => "no list that holds",
        [] => "none",
        { Length: > ShownSerials } => $"{serials.Length}: {string.Join(' ', serials.Take(ShownSerials))} and {serials.Length - ShownSerials} more (--json has all)",
        _ => $"{serials.Length}: {string.Join(' ', serials)}",
    };
}
