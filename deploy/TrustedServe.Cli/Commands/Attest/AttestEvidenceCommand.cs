using System.CommandLine;
using System.Security.Cryptography;
using TrustedServe.Attestation.Tdx.EventLogs;
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
        var eventLog = new Option<string>("--event-log") { Description = "Where the kernel shows the guest's event log (CCEL); it is written beside the quote, where there is one.", DefaultValueFactory = _ => "/sys/firmware/acpi/tables/data/CCEL" };
        var json = CommonOptions.Json();
        var command = new Command("evidence", "Take a quote inside a TDX guest, and its event log, and write them to files.") { root, reportData, output, eventLog, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var asked = parsed.GetValue(reportData) is { } hex ? AttestOptions.Hex(reportData.Name, hex, 1, ConfigfsTsm.ReportDataLength) : RandomNumberGenerator.GetBytes(ConfigfsTsm.ReportDataLength);
            using var reports = new ConfigfsTsm(new ConfigfsTsmOptions { Root = Path.GetFullPath(parsed.GetValue(root)!) }, TimeProvider.System);
            var quote = await reports.GetQuoteAsync(asked, cancellationToken);
            AttestFiles.Write(parsed.GetValue(output)!, quote);
            var log = WriteEventLog(parsed.GetValue(eventLog)!, parsed.GetValue(output)!);
            var bound = Convert.ToHexStringLower(asked);
            Report.Print(
                parsed.GetValue(json),
                new { File = parsed.GetValue(output), Bytes = quote.Length, ReportData = bound, EventLog = log },
                "TDX quote",
                [("file", parsed.GetValue(output)!), ("size", Report.Bytes(quote.Length)), ("report data", bound), ("event log", log ?? "none: this guest shows none"), ("next", $"trustedserve attest verify {parsed.GetValue(output)} --report-data {bound}{(log is null ? "" : $" --event-log {log}")} --collateral <bundle>")]);
            return 0;
        });
        return command;
    }

    /// <summary>Copies the event log to a file named after the quote's; null where there is none.</summary>
    private static string? WriteEventLog(string path, string quoteFile)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var copy = $"{quoteFile}.ccel";
        AttestFiles.Write(copy, AttestFiles.Read(path, EventLog.MaxLength));
        return copy;
    }
}
