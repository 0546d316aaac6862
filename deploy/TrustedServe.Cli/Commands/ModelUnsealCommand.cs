using System.CommandLine;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model unseal</c>: for the owner, who has the key.</summary>
internal static class ModelUnsealCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A sealed package." };
        var record = new Option<string?>("--record") { Description = "File of the key record; without it the embedded broker's folder is asked." };
        var output = new Option<string>("--out") { Description = "Empty or new directory for the package. Its content is plaintext: choose a place that you trust.", Required = true };
        var folder = CommonOptions.BrokerFolder();
        var json = CommonOptions.Json();
        var command = new Command("unseal", "Decrypt a sealed package into a directory.") { file, record, output, folder, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var source = ModelStores.OpenFile(parsed.GetValue(file)!);
            var package = await SealedPackage.OpenAsync(source, cancellationToken);
            using var key = KeyRecords.Find(parsed.GetValue(record), parsed.GetValue(folder)!, KeyId.Parse(package.Envelope.KeyId));
            var directory = Directory.CreateDirectory(parsed.GetValue(output)!).FullName;
            var manifest = await package.UnsealAsync(key, directory, Environment.ProcessorCount, ModelSealCommand.Progress(parsed.GetValue(json)), cancellationToken);
            ModelInspectCommand.Print(parsed.GetValue(json), manifest);
            return 0;
        });
        return command;
    }
}
