using System.CommandLine;
using System.Globalization;
using TrustedServe.Cli.Files;
using TrustedServe.Cli.Output;
using TrustedServe.Optimizer.Optimizing;
using TrustedServe.Packaging.Packages;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model optimize</c>: a package becomes a faster one that answers alike.</summary>
internal static class ModelOptimizeCommand
{
    // Enough to tell agreements of per mille apart.
    private const int MaxSamples = 10_000;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var package = new Argument<string>("package") { Description = "A package directory or a .tspkg file." };
        var output = new Option<string>("--output", "--out") { Description = "The package to write: a new directory, or a file ending in .tspkg.", Required = true };
        var precision = new Option<string>("--precision") { Description = "int8 quantises matrix products and fuses; fp32 only fuses.", DefaultValueFactory = _ => OptimizeRequest.Int8 };
        precision.AcceptOnlyFromAmong(OptimizeRequest.Int8, OptimizeRequest.Fp32);
        var exclude = new Option<string[]>("--exclude") { Description = "Nodes that stay in FP32, by the names that --json lists, with commas between; * stands for any characters.", DefaultValueFactory = _ => [] };
        var embeddings = new Option<bool>("--embeddings") { Description = "Store tables of embeddings in 8 bits too: smaller, not faster." };
        var agreement = new Option<double>("--min-agreement") { Description = "Share of rows whose best class must stay the same, 0 to 1; with less nothing is written.", DefaultValueFactory = _ => OptimizeRequest.DefaultMinAgreement };
        var samples = new Option<string?>("--samples") { Description = $"JSON lines as for 'pack --warmup', at most {MaxSamples}: rows to compare on, beside the package's own samples." };
        var json = CommonOptions.Json();
        var batching = new BatchingOptions();
        var command = new Command("optimize", "Fuse the graph, quantise it to 8 bits, compare it with the original, and write it as a package.")
        {
            package, output, precision, exclude, embeddings, agreement, samples, json,
        };
        batching.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var place = parsed.GetValue(package)!;
            var manifest = PackageReader.Open(place).Manifest;
            var report = await ModelOptimizer.OptimizeAsync(
                new OptimizeRequest
                {
                    Package = place,
                    Output = parsed.GetValue(output)!,
                    Precision = parsed.GetValue(precision)!,
                    Exclude = [.. parsed.GetValue(exclude)!.SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
                    Embeddings = parsed.GetValue(embeddings),
                    MinAgreement = parsed.GetValue(agreement),
                    Batching = batching.Read(parsed, manifest.Batching),
                    Samples = parsed.GetValue(samples) is { } file ? WarmupRows.Read(file, manifest.Inputs[0], MaxSamples) : [],
                },
                cancellationToken);
            Print(parsed.GetValue(json), report);
            return 0;
        });
        return command;
    }

    private static void Print(bool json, OptimizeReport report) => Report.Print(
        json,
        report,
        $"optimised {report.Name} {report.Version}",
        [
            ("precision", report.Precision),
            ("nodes in 8 bits", $"{report.Quantized.Count}"),
            ("same best class", Format($"{report.AgreeingRows} of {report.Rows} rows ({report.Agreement:p1})")),
            ("largest difference", Format($"{report.LargestDifference:g3}")),
            ("mean difference", Format($"{report.MeanDifference:g3}")),
            ("size", Format($"{Report.Bytes(report.BytesBefore)} → {Report.Bytes(report.BytesAfter)} ({(double)report.BytesAfter / report.BytesBefore:p0})")),
            ("time a row, one thread", Format($"{report.MillisecondsBefore:0.###} ms → {report.MillisecondsAfter:0.###} ms")),
            ("speed", Format($"{report.Speedup:0.00} ×")),
            ("engine", $"{report.Engine.Name} {report.Engine.Version}, level {report.Engine.Level}"),
        ]);

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
