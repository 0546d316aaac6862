using System.CommandLine;
using TrustedServe.Cli.Files;
using TrustedServe.Cli.Output;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Packages;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve key create</c>: a fresh key with the record of what it may open.</summary>
internal static class KeyCreateCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The key's name, kbs:///repository/type/tag." };
        var package = new Option<string?>("--package") { Description = "The package that the key shall open, and no other: its name, version and manifest digest go into the record." };
        var model = new Option<string?>("--model") { Description = "Name of the model, where no --package says it." };
        var publisher = new Option<string?>("--publisher") { Description = "Public key (PEM) whose signature makes a package of this model acceptable, now and in later versions." };
        var lowest = new Option<string?>("--lowest-version") { Description = "Lowest version that is accepted; default: the package's, or 1." };
        var rows = new Option<bool>("--rows") { Description = "A key for the rows of batch jobs instead of a model." };
        var output = new Option<string?>("--out") { Description = "Write the record to this file (mode 0600) instead of the embedded broker; 'key put' takes it to a broker later." };
        var folder = CommonOptions.BrokerFolder();
        var json = CommonOptions.Json();
        var command = new Command("create", "Make a 256-bit key and put its record into the embedded broker, or into a file.") { id, package, model, publisher, lowest, rows, output, folder, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            var keyId = KeyId.Parse(parsed.GetValue(id));
            using var record = MakeRecord(
                parsed.GetValue(package), parsed.GetValue(model), parsed.GetValue(publisher), parsed.GetValue(lowest), parsed.GetValue(rows), cancellationToken);
            using var bytes = record.ToUtf8();
            var place = parsed.GetValue(output);
            if (place is not null)
            {
                PrivateFile.Write(place, bytes.Span);
            }
            else
            {
                using var store = ResourceStore.Open(parsed.GetValue(folder)!);
                if (!store.PutNew(keyId, bytes.Span))
                {
                    throw TsfErrors.Usage.With($"{keyId} exists already; packages sealed under it could never be opened again if it were replaced. Choose another tag.");
                }
            }

            Print(parsed.GetValue(json), keyId, record, place ?? $"embedded broker, {parsed.GetValue(folder)}");
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>Shows a record without its key.</summary>
    internal static void Print(bool json, KeyId id, KeyRecord record, string place)
    {
        var anchor = record.ManifestDigest is { } digest ? $"only the package with manifest digest {Report.Short(digest)}"
            : record.PublisherKey is not null ? "any package of this model that the publisher signed"
            : "rows of this model's batch jobs";
        Report.Print(
            json,
            new { Id = id.ToString(), Purpose = record.Purpose, record.Model, record.ManifestDigest, record.LowestVersion, Place = place },
            "key record",
            [("id", id.ToString()), ("opens", anchor), ("model", record.Model), ("lowest version", record.LowestVersion ?? "-"), ("kept in", place)]);
    }

    private static KeyRecord MakeRecord(string? path, string? model, string? publisher, string? lowest, bool rows, CancellationToken cancellationToken)
    {
        var opened = path is null ? null : PackageReader.OpenVerified(path, Environment.ProcessorCount, cancellationToken);
        var manifest = opened?.Manifest;
        var name = manifest?.Name ?? model ?? throw TsfErrors.Usage.With("Give --package, or --model with --publisher or --rows.");
        if (rows)
        {
            return new KeyRecord { Key = SecretBuffer.Random(32), Purpose = KeyPurpose.Rows, Model = name };
        }

        if (manifest is null && publisher is null)
        {
            throw TsfErrors.Usage.With("A key needs an anchor: --package for one package, --publisher for all that a publisher signs.");
        }

        using var key = publisher is null ? null : SigningKeys.Read(publisher);
        return new KeyRecord
        {
            Key = SecretBuffer.Random(32),
            Purpose = KeyPurpose.Model,
            Model = name,
            ManifestDigest = key is null ? opened!.ManifestDigest : null,
            PublisherKey = SigningKeys.PublicKey(key),
            LowestVersion = lowest ?? manifest?.Version ?? "1",
        };
    }
}
