using System.CommandLine;
using System.Diagnostics;
using TrustedServe.Cli.Files;
using TrustedServe.Cli.Output;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model seal</c>: encrypts a package, signs it if asked, and puts it where it shall be served from.</summary>
internal static class ModelSealCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var package = new Argument<string>("package") { Description = "A package directory or .tspkg file." };
        var key = new Option<string>("--key") { Description = "The key's id, kbs:///repository/type/tag.", Required = true };
        var record = new Option<string?>("--record") { Description = "File of the key record; without it the embedded broker's folder is asked." };
        var sign = new Option<string?>("--sign") { Description = "Private key (PEM) of the publisher." };
        var to = new Option<string?>("--to") { Description = "The model store (a folder) that the sealed package is added to." };
        var output = new Option<string?>("--out") { Description = "Write the sealed package to this file instead of a store." };
        var makeDefault = new Option<bool>("--default") { Description = "Name this version the model's default in the store's index. The first version is named without asking." };
        var folder = CommonOptions.BrokerFolder();
        var json = CommonOptions.Json();
        var command = new Command("seal", "Encrypt a package under a key.") { package, key, record, sign, to, output, makeDefault, folder, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (store, file) = (parsed.GetValue(to), parsed.GetValue(output));
            if (store is null == file is null)
            {
                throw TsfErrors.Usage.With("Give either --to with a model store or --out with a file.");
            }

            if (store?.Contains("://", StringComparison.Ordinal) == true)
            {
                throw TsfErrors.Usage.With("--to takes a folder; for another store, seal with --out and then 'trustedserve model push'.");
            }

            var keyId = KeyId.Parse(parsed.GetValue(key));
            using var keyRecord = KeyRecords.Find(parsed.GetValue(record), parsed.GetValue(folder)!, keyId);
            using var signer = parsed.GetValue(sign) is { } pem ? SigningKeys.Read(pem) : null;
            var start = Stopwatch.GetTimestamp();
            var sealedFile = file ?? Path.Combine(Directory.CreateDirectory(store!).FullName, $".{Guid.NewGuid():N}.tmp");
            try
            {
                var envelope = await PackageSealer.SealAsync(
                    new SealRequest
                    {
                        Package = parsed.GetValue(package)!,
                        Output = sealedFile,
                        KeyId = keyId,
                        Record = keyRecord,
                        Signer = signer,
                        BytesDone = Progress(parsed.GetValue(json)),
                    },
                    cancellationToken);
                var entry = store is null ? null : await ModelStores.Open(store).AddAsync(sealedFile, parsed.GetValue(makeDefault), cancellationToken);
                var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                Report.Print(
                    parsed.GetValue(json),
                    new { Envelope = envelope, Entry = entry, Seconds = seconds },
                    $"sealed {envelope.Model} {envelope.Version}",
                    [
                        ("key", envelope.KeyId),
                        ("signed by", signer is null ? "nobody (the key record must name the manifest digest)" : parsed.GetValue(sign)!),
                        ("manifest digest", envelope.ManifestDigest),
                        ("size", Report.Bytes(envelope.CiphertextSize)),
                        ("in", entry is null ? sealedFile : $"{store}: {entry.Blob}{(entry.IsDefault ? ", the default version" : ", not the default (see --default)")}"),
                    ]);
            }
            finally
            {
                if (store is not null)
                {
                    File.Delete(sealedFile);
                }
            }

            return 0;
        });
        return command;
    }

    /// <summary>Shows how far a long operation is, on standard error, at most five times a second; nothing for machines and short ones.</summary>
    internal static IProgress<long>? Progress(bool json) => json || Console.IsErrorRedirected ? null : new ByteProgress();
}
