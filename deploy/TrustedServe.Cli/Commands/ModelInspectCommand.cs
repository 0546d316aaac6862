using System.CommandLine;
using System.Text.Json;
using TrustedServe.Cli.Output;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model inspect</c>: what a package, or the clear part of a sealed one, says of itself.</summary>
internal static class ModelInspectCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A package directory, a .tspkg file, or a sealed package." };
        var json = CommonOptions.Json();
        var command = new Command("inspect", "Show a package's manifest, or the envelope of a sealed package.") { path, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var place = parsed.GetValue(path)!;
            if (place.EndsWith(".tsealed", StringComparison.Ordinal))
            {
                await using var source = ModelStores.OpenFile(place);
                PrintEnvelope(parsed.GetValue(json), (await SealedPackage.OpenAsync(source, cancellationToken)).Envelope);
            }
            else
            {
                Print(parsed.GetValue(json), PackageReader.OpenVerified(place, Environment.ProcessorCount, cancellationToken).Manifest);
            }

            return 0;
        });
        return command;
    }

    /// <summary>Shows a manifest.</summary>
    internal static void Print(bool json, Manifest manifest) => Report.Print(
        json,
        manifest,
        $"package {manifest.Name} {manifest.Version}",
        [
            ("task", JsonSerializer.SerializeToElement(manifest.Task, StrictJson.Compact).GetString()!),
            .. manifest.Inputs.Select(tensor => ("input", Describe(tensor))),
            .. manifest.Outputs.Select(tensor => ("output", Describe(tensor))),
            ("precision", manifest.Precision),
            .. manifest.Engine is { } engine ? [("optimised by", $"{engine.Name} {engine.Version}, level {engine.Level}")] : Array.Empty<(string, string)>(),
            ("limits", $"{manifest.MaxBatch} rows{(manifest.MaxSequence is { } tokens ? $", {tokens} tokens a row" : "")}"),
            .. manifest.Batching is { } batching ? [("batching", Describe(batching))] : Array.Empty<(string, string)>(),
            ("labels", manifest.Labels is { } labels ? string.Join(' ', labels.Take(20)) + (labels.Count > 20 ? $" … ({labels.Count})" : "") : "-"),
            ("warm-up samples", manifest.Warmup.Count > 0 ? $"{manifest.Warmup.Count}" : "none: readiness will compare nothing"),
            .. manifest.Files.Select(file => ("file", $"{file.Path}, {Report.Bytes(file.Size)}, {Report.Short(file.Digest)}")),
        ]);

    /// <summary>Shows an envelope.</summary>
    internal static void PrintEnvelope(bool json, Envelope envelope) => Report.Print(
        json,
        envelope,
        $"sealed package {envelope.Model} {envelope.Version}",
        [
            ("key", envelope.KeyId),
            ("plaintext", Report.Bytes(envelope.PlaintextSize)),
            ("ciphertext", Report.Bytes(envelope.CiphertextSize)),
            ("manifest digest", envelope.ManifestDigest),
        ]);

    private static string Describe(BatchingSpec batching) => string.Join(", ",
    [
        .. batching.MaxRows is { } rows ? [$"{rows} rows a run"] : Array.Empty<string>(),
        .. batching.MaxTokens is { } tokens ? [$"{tokens} tokens a run"] : Array.Empty<string>(),
        $"{batching.DelayMilliseconds} ms delay",
        .. batching.Merge is { } merge ? [merge ? "callers share runs" : "requests do not share runs"] : Array.Empty<string>(),
    ]);

    private static string Describe(TensorSpec tensor) => $"{tensor.Name} {tensor.Datatype.Name()} {TensorShape.Format([.. tensor.Shape])}";
}
