using System.CommandLine;
using System.Security.Cryptography;
using TrustedServe.Attestation.Tdx.Reports;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary><c>trustedserve attest evidence</c>: asks the kernel of a TDX guest for a quote.</summary>
internal static class AttestEvidenceCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var root = new Option<string>("--report-root") { Description = "The kernel's report folder.", DefaultValueFactory = _ => new ConfigfsTsmOptions().Root };
        var reportData = new Option<string?>("--report-data") { Description = "What the quote is bound to: up to 64 bytes in hexadecimal digits, filled up with zeros; default: 64 random bytes." };
        var output = new Option<string>("--out") { Description = "Where the quote is written.", DefaultValueFactory = _ => "quote.dat" };
        var json = CommonOptions.Json();
        var command = new Command("evidence", "Take a quote inside a TDX guest and write it to a file.") { root, reportData, output, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asked = parsed.GetValue(reportData) is { } hex ? AttestOptions.Hex(reportData.Name, hex, 1, ConfigfsTsm.ReportDataLength) : RandomNumberGenerator.GetBytes(ConfigfsTsm.ReportDataLength);
            using var reports = new ConfigfsTsm(new ConfigfsTsmOptions { Root = Path.GetFullPath(parsed.GetValue(root)!) }, TimeProvider.System);
            var quote = await reports.GetQuoteAsync(asked, cancellationToken);
            AttestFiles.Write(parsed.GetValue(output)!, quote);
            var bound = Convert.ToHexStringLower(asked);
            Report.Print(
                parsed.GetValue(json),
                new { File = parsed.GetValue(output), Bytes = quote.Length, ReportData = bound },
                "TDX quote",
                [("file", parsed.GetValue(output)!), ("size", Report.Bytes(quote.Length)), ("report data", bound), ("next", $"trustedserve attest verify {parsed.GetValue(output)} --report-data {bound} --collateral <bundle>")]);
            return 0;
        });
        return command;
    }
}
