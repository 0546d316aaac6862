using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using TrustedServe.Cli.Output;
using TrustedServe.Optimizer.Packing;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Demo;

/// <summary>Packs both models and seals each under a fresh key.</summary>
internal static class SealingStep
{
    /// <summary>The key that a sample model is sealed under.</summary>
    public static KeyId ModelKey(string model) => KeyId.Parse($"kbs:///demo/model-key/{model}");

    /// <summary>Runs it.</summary>
    public static async Task RunAsync(DemoContext context, Publisher publisher, CancellationToken cancellationToken)
    {
        context.Step("Pack and seal two models", "This is what the models' owner does, on a machine that she trusts: weights out of the graph, digests over every file, AES-256-GCM in segments under a fresh key, the publisher's signature on top.");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("model", "does", "package", "sealed file", "manifest digest", "packed and sealed in");
        var store = ModelStores.Open(Directory.CreateDirectory(context.Store).FullName);
        foreach (var model in context.Models)
        {
            var start = Stopwatch.GetTimestamp();
            var package = await PackAsync(context, model, "1", context[$"{model.Name}.package"], cancellationToken);
            using var record = publisher.CreateKey(context.BrokerFolder, ModelKey(model.Name), model.Name, lowestVersion: "1");
            var file = context[$"{model.Name}-1.tsealed"];
            var envelope = await publisher.SealAsync(context[$"{model.Name}.package"], ModelKey(model.Name), record, file, cancellationToken);
            await store.AddAsync(file, makeDefault: true, cancellationToken);
            table.AddRow(
                $"{model.Name} {package.Manifest.Version}",
                model.Explanation,
                $"{package.Manifest.Files.Count + 1} files, {Report.Bytes(envelope.PlaintextSize)}",
                Report.Bytes(new FileInfo(file).Length),
                Report.Short(envelope.ManifestDigest),
                string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms"));
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine("[grey]The keys went into the embedded key broker as records: key, model, publisher, lowest version. The store holds ciphertext only.[/]");
    }

    /// <summary>Packs a sample model into a directory.</summary>
    public static Task<Package> PackAsync(DemoContext context, SampleModel model, string version, string output, CancellationToken cancellationToken) =>
        ModelPacker.PackAsync(
            new PackRequest
            {
                OnnxFile = model["model.onnx"],
                Name = model.Name,
                Version = version,
                Task = model.Task,
                LabelsFile = model["labels.txt"],
                VocabularyFile = model.Task == ModelTask.TextClassification ? model["vocab.txt"] : null,
                MaxSequence = model.Task == ModelTask.TextClassification ? 128 : null,
                WarmupSamples = model.Warmup(),
            },
            output,
            cancellationToken);
}
