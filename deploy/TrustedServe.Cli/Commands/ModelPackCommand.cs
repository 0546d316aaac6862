using System.CommandLine;
using System.Text.Json;
using TrustedServe.Cli.Files;
using TrustedServe.Optimizer.Packing;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model pack</c>: an ONNX file and what belongs to it become a package.</summary>
internal static class ModelPackCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var onnx = new Argument<string>("onnx") { Description = "The ONNX file." };
        var name = new Option<string>("--name") { Description = "Name of the model: letters, digits, '_', '-', '.'.", Required = true };
        var version = new Option<string>("--model-version") { Description = "Version: one to four dotted numbers.", DefaultValueFactory = _ => "1" };
        var task = new Option<string>("--task") { Description = "What the worker does around the graph.", DefaultValueFactory = _ => "tensor" };
        task.AcceptOnlyFromAmong("tensor", "text-classification", "image-classification");
        var labels = new Option<string?>("--labels") { Description = "File of labels, one a line, in the order of the logits." };
        var vocabulary = new Option<string?>("--vocabulary") { Description = "WordPiece vocabulary of a text model, one piece a line." };
        var cased = new Option<bool>("--cased") { Description = "Keep upper case (default: lower-case first)." };
        var stripAccents = new Option<bool>("--strip-accents") { Description = "Remove accents before tokenizing, as for BERT models with \"uncased\" in their name." };
        var splitCjk = new Option<bool>("--split-cjk") { Description = "Make CJK characters tokens of their own." };
        var truncate = new Option<bool>("--truncate") { Description = "Cut texts over the limit (and say so in the answer) instead of refusing them." };
        var maxBatch = new Option<int>("--max-batch") { Description = "Most rows in one request.", DefaultValueFactory = _ => 32 };
        var maxSequence = new Option<int?>("--max-sequence") { Description = "Most tokens in one row: of a text model (default 128), or along the open second dimension of a tensor model's inputs (default: no limit)." };
        var warmup = new Option<string?>("--warmup") { Description = "JSON lines whose first two become warm-up samples: {\"text\" or \"image\", \"logits\"} for a classifier, or {\"inputs\", \"outputs\"} as in the manifest. An instance is not ready before it reproduces them." };
        var output = new Option<string>("--out") { Description = "Directory of the package, or a file ending in .tspkg.", Required = true };
        var json = CommonOptions.Json();
        var batching = new BatchingOptions();
        var command = new Command("pack", "Make a package: graph, weights beside it, tokenizer files, digests of everything.")
        {
            onnx, name, version, task, labels, vocabulary, cased, stripAccents, splitCjk, truncate, maxBatch, maxSequence, warmup, output, json,
        };
        batching.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var kind = JsonSerializer.SerializeToElement(parsed.GetValue(task)).Deserialize<ModelTask>(StrictJson.Compact);
            var request = new PackRequest
            {
                OnnxFile = parsed.GetValue(onnx)!,
                Name = parsed.GetValue(name)!,
                Version = parsed.GetValue(version)!,
                Task = kind,
                LabelsFile = parsed.GetValue(labels),
                VocabularyFile = parsed.GetValue(vocabulary),
                LowerCase = !parsed.GetValue(cased),
                StripAccents = parsed.GetValue(stripAccents),
                SplitCjk = parsed.GetValue(splitCjk),
                Truncate = parsed.GetValue(truncate),
                MaxBatch = parsed.GetValue(maxBatch),
                MaxSequence = parsed.GetValue(maxSequence) ?? (kind == ModelTask.TextClassification ? 128 : null),
                Batching = batching.Read(parsed, before: null),
                WarmupSamples = parsed.GetValue(warmup) is { } file ? WarmupRows.Read(file, parsed.GetValue(onnx)!, count: 2) : [],
            };
            var package = await ModelPacker.PackAsync(request, parsed.GetValue(output)!, cancellationToken);
            ModelInspectCommand.Print(parsed.GetValue(json), package.Manifest);
            return 0;
        });
        return command;
    }
}
