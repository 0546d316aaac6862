using System.CommandLine;
using TrustedServe.Packaging.Rows;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve rows</c>: seals the rows of a batch job and opens its result.</summary>
internal static class RowsCommands
{
    /// <summary>Creates the command with its verbs.</summary>
    public static Command Create() => new("rows", "Seal the rows of a batch job, open its result.") { Seal(), Open() };

    private static Command Seal()
    {
        var file = new Argument<string>("file") { Description = "Rows as JSON lines." };
        var key = new Option<string>("--key") { Description = "The rows key's id.", Required = true };
        var blob = new Option<string>("--for") { Description = "The container/blob that the message will name as its input; sealed rows are refused anywhere else.", Required = true };
        var output = new Option<string>("--out") { Description = "The sealed file.", Required = true };
        var record = RecordFile();
        var folder = CommonOptions.BrokerFolder();
        var command = new Command("seal", "Seal rows for one place in the store.") { file, key, blob, output, record, folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var keyId = KeyId.Parse(parsed.GetValue(key));
            using var rows = KeyRecords.Find(parsed.GetValue(record), parsed.GetValue(folder)!, keyId);
            await RowsFile.SealFileAsync(parsed.GetValue(file)!, parsed.GetValue(output)!, RowsRole.Input, parsed.GetValue(blob)!, keyId, rows, cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command Open()
    {
        var file = new Argument<string>("file") { Description = "A sealed result." };
        var blob = new Option<string>("--from") { Description = "The container/blob that the message named as its output.", Required = true };
        var output = new Option<string>("--out") { Description = "Where the rows go, as JSON lines.", Required = true };
        var record = RecordFile();
        var folder = CommonOptions.BrokerFolder();
        var command = new Command("open", "Open the sealed result of a batch job.") { file, blob, output, record, folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var header = await RowsFile.ReadHeaderAsync(parsed.GetValue(file)!, cancellationToken);
            if (header.Role != RowsRole.Output || header.Blob != parsed.GetValue(blob))
            {
                throw TsfErrors.RowsMismatch.With($"The file says that it is the {header.Role} at {header.Blob}, not the output at {parsed.GetValue(blob)}.");
            }

            // The header is bound to the ciphertext: what was just compared is what opens.
            using var rows = KeyRecords.Find(parsed.GetValue(record), parsed.GetValue(folder)!, KeyId.Parse(header.KeyId));
            await RowsFile.OpenFileAsync(parsed.GetValue(file)!, parsed.GetValue(output)!, rows, cancellationToken);
            return 0;
        });
        return command;
    }

    private static Option<string?> RecordFile() => new("--record") { Description = "File of the key record; without it the embedded broker's folder is asked." };
}
