using System.Text.Json;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Optimizer.Optimizing;
using TrustedServe.Optimizer.Packing;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Graphs.Rules;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Testing;

namespace TrustedServe.Optimizer.Tests.Optimizing;

public sealed class ModelOptimizerTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData("langid", false, 110, 1)]
    [InlineData("langid", true, 110, 1)]
    [InlineData("digits", false, 400, 2)]
    public async Task Sample_in_8_bits_agrees_on_held_out_rows(string name, bool embeddings, int rows, int mayDiffer)
    {
        var samples = Rows(name);
        await PackAsync(name);
        var report = await OptimizeAsync(Request(name) with { Embeddings = embeddings });
        Assert.Equal(rows, samples.Count);
        Assert.Equal(rows, report.Rows);
        Assert.InRange(report.Rows - report.AgreeingRows, 0, mayDiffer);
        Assert.True(report.BytesAfter < report.BytesBefore);

        var manifest = PackageReader.OpenVerified(temporary["out"], 2, default).Manifest;
        Assert.Equal("int8", manifest.Precision);
        Assert.True(manifest.Engine!.Fits(report.Engine.Version));
        Assert.False(manifest.Engine.Fits("1.0.0"));
        GraphRules.CheckFile(temporary["out", "model.onnx"]);

        // The best label must come again as it is, the logits within what 8 bits change.
        Assert.All(manifest.Warmup, sample =>
        {
            Assert.Equal(["labels", "logits"], sample.Outputs.Select(output => output.Name));
            Assert.InRange(sample.Tolerance, report.LargestDifference, Math.Max(1e-3, 2 * report.LargestDifference));
        });
        Assert.NotEmpty(manifest.Warmup);
    }

    [Fact]
    public async Task Fusing_what_is_in_8_bits_leaves_it_so()
    {
        await PackAsync("langid");
        await OptimizeAsync(Request("langid"));
        var report = await OptimizeAsync(new OptimizeRequest { Package = temporary["out"], Output = temporary["again"], Samples = Rows("langid"), Precision = OptimizeRequest.Fp32 });
        Assert.Equal("int8", report.Precision);
        Assert.Equal("int8", PackageReader.OpenVerified(temporary["again"], 2, default).Manifest.Precision);
        Assert.True(RunScales.AreShared(GraphRules.CheckFile(temporary["again", "model.onnx"])));
    }

    [Fact]
    public async Task Fused_graph_answers_as_before_and_keeps_what_is_not_the_graph()
    {
        await PackAsync("langid");
        var report = await OptimizeAsync(Request("langid") with { Precision = OptimizeRequest.Fp32 });
        Assert.Equal(report.Rows, report.AgreeingRows);
        Assert.InRange(report.LargestDifference, 0, 1e-4);
        Assert.Empty(report.Quantized);
        var model = OnnxFile.Read(temporary["out", "model.onnx"]);
        Assert.Contains(model.Graph.Node, node => node.OpType == "LayerNormalization");
        Assert.Equal(["", "com.microsoft"], model.OpsetImport.Select(set => set.Domain).Order());
        Assert.Equal(File.ReadAllBytes(temporary["langid", "vocab.txt"]), File.ReadAllBytes(temporary["out", "vocab.txt"]));
    }

    [Fact]
    public async Task Weights_of_products_are_stored_by_columns_and_can_still_be_quantised()
    {
        await PackBertAsync();
        var atOnce = await OptimizeAsync(Request("bert"));
        Directory.Delete(temporary["out"], recursive: true);
        var report = await OptimizeAsync(Request("bert") with { Precision = OptimizeRequest.Fp32, Output = temporary["fused"] });
        Assert.InRange(report.LargestDifference, 0, 1e-4);
        var graph = OnnxFile.Read(temporary["fused", "model.onnx"]).Graph;
        var weights = graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        Assert.DoesNotContain(graph.Node, node => node.OpType == "MatMul" && weights.Contains(node.Input[1]));
        Assert.Equal(BertShape.Tiny.Layers * 3, graph.Node.Count(node => node.OpType == "FusedMatMul"));

        var later = await OptimizeAsync(Request("fused"));
        Assert.Equal(atOnce.Quantized.Count, later.Quantized.Count);
        Assert.Equal(atOnce.LargestDifference, later.LargestDifference, 1e-4);
    }

    [Fact]
    public async Task Attention_is_three_8_bit_products_with_a_scale_for_each_channel_before_the_standards_operator()
    {
        await PackBertAsync();
        var report = await OptimizeAsync(Request("bert") with { Samples = [Tokens(1), Tokens(2)], MinAgreement = 0 });
        var model = OnnxFile.Read(temporary["out", "model.onnx"]);
        var weights = model.Graph.Initializer.ToDictionary(tensor => tensor.Name);
        var attentions = model.Graph.Node.Where(node => node.OpType == "Attention").ToList();
        Assert.Equal(2, attentions.Count);
        Assert.All(attentions, node => Assert.Equal("", node.Domain));
        Assert.Single(attentions.Select(node => node.Input[3]).Distinct());
        Assert.DoesNotContain(model.Graph.Node, node => node.OpType is "QAttention" or "MatMul" or "SkipLayerNormalization");
        GraphRules.CheckFile(temporary["out", "model.onnx"]);

        // 6 products of 2 layers, three of them under the name of an attention, and the pooler.
        var written = model.Graph.Node.Where(node => node.OpType == "MatMulIntegerToFloat").ToList();
        Assert.Equal(report.Quantized.Count + (2 * attentions.Count), written.Count);
        Assert.All(written, node => Assert.Equal(weights[node.Input[1]].Dims[1], Assert.Single(weights[node.Input[3]].Dims)));
        Assert.Equal(model.Graph.Node.Count(node => node.OpType == "DynamicQuantizeLinear"), model.Graph.Node.Where(node => node.OpType == "DynamicQuantizeLinear").Select(node => node.Input[0]).Distinct().Count());
        Assert.InRange(report.LargestDifference, 1e-6, 0.5);

        // What follows a product adds no bias to it any more.
        var products = model.Graph.Node.Where(node => node.OpType == "MatMulIntegerToFloat").Select(node => node.Output[0]).ToHashSet();
        Assert.DoesNotContain(model.Graph.Node, node => node.OpType == "Add" && node.Input.Any(products.Contains) && node.Input.Any(weights.ContainsKey));
    }

    [Fact]
    public async Task Normalisations_are_no_longer_fused_with_sums_in_fp32_either()
    {
        await PackBertAsync();
        var report = await OptimizeAsync(Request("bert") with { Precision = OptimizeRequest.Fp32 });
        Assert.InRange(report.LargestDifference, 0, 1e-4);
        var graph = OnnxFile.Read(temporary["out", "model.onnx"]).Graph;
        Assert.DoesNotContain(graph.Node, node => node.OpType == "SkipLayerNormalization");
        Assert.Equal(1 + (2 * BertShape.Tiny.Layers), graph.Node.Count(node => node.OpType == "LayerNormalization"));
    }

    [Fact]
    public async Task Projections_of_one_input_share_its_quantisation()
    {
        await PackAsync("langid");
        await OptimizeAsync(Request("langid"));
        var model = OnnxFile.Read(temporary["out", "model.onnx"]);
        Assert.Equal(13, model.Graph.Node.Count(node => node.OpType == "MatMulIntegerToFloat"));
        Assert.Equal(9, model.Graph.Node.Count(node => node.OpType == "DynamicQuantizeLinear"));
        Assert.DoesNotContain(model.Graph.Initializer, tensor => tensor.DataType == 1 && tensor.Dims.Count == 2 && TensorBytes.ElementCount(tensor) == 128 * 512);
    }

    [Fact]
    public async Task Excluded_nodes_stay()
    {
        await PackAsync("langid");
        var all = await OptimizeAsync(Request("langid"));
        Directory.Delete(temporary["out"], recursive: true);
        var fewer = await OptimizeAsync(Request("langid") with { Exclude = [all.Quantized[0]] });
        Assert.Equal(all.Quantized.Skip(1), fewer.Quantized);
        Directory.Delete(temporary["out"], recursive: true);

        Assert.Equal("TSF1036", await RefusalAsync(Request("langid") with { Exclude = ["no such node"] }));
        Assert.Equal("TSF1036", await RefusalAsync(Request("langid") with { Exclude = ["*"] }));
    }

    [Theory]
    [InlineData("langid", false)]
    [InlineData("digits", true)]
    public async Task What_a_processor_arranges_is_left_to_it(string name, bool layouts)
    {
        await PackAsync(name);
        var report = await OptimizeAsync(Request(name) with { Precision = OptimizeRequest.Fp32, Batching = new BatchingSpec { MaxRows = 3 } });
        Assert.Equal(layouts, report.Engine.Layouts);
        var manifest = PackageReader.Open(temporary["out"]).Manifest;
        Assert.Equal((layouts, 3), (manifest.Engine!.Layouts, manifest.Batching!.MaxRows));

        // Blocked layouts come with operators of a domain of their own, and with nodes that reorder.
        var model = OnnxFile.Read(temporary["out", "model.onnx"]);
        Assert.DoesNotContain(model.Graph.Node, node => node.Domain.Contains("nchw", StringComparison.OrdinalIgnoreCase) || node.OpType.Contains("Reorder", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Archives_are_read_and_written()
    {
        await PackAsync("digits");
        PackageWriter.WriteArchive(temporary["digits"], temporary["digits.tspkg"], default);
        await OptimizeAsync(Request("digits.tspkg") with { Samples = Rows("digits"), Output = temporary["small.tspkg"] });
        Assert.Equal("int8", PackageReader.OpenVerified(temporary["small.tspkg"], 2, default).Manifest.Precision);
        Assert.Equal(["digits", "digits.tspkg", "small.tspkg"], Left());
    }

    [Fact]
    public async Task Refusals_leave_nothing()
    {
        await PackAsync("langid");
        await PackBertAsync();
        var (langid, bert) = (Request("langid"), Request("bert"));
        Assert.Equal("TSF1036", await RefusalAsync(langid with { Samples = [] }));
        Assert.Equal("TSF1036", await RefusalAsync(langid with { MinAgreement = double.NaN }));
        Assert.Equal("TSF1036", await RefusalAsync(langid with { Precision = "int4" }));
        Assert.Equal("TSF1036", await RefusalAsync(langid with { Precision = OptimizeRequest.Fp32, Embeddings = true }));
        Assert.Equal("TSF1036", await RefusalAsync(langid with { Samples = [Tokens(1)] }));
        Assert.Equal("TSF1036", await RefusalAsync(bert with { Samples = [Rows("langid")[0]] }));
        Assert.Equal("TSF0008", await RefusalAsync(Request("missing")));
        Assert.Equal(["bert", "langid"], Left());

        // Random weights of four classes: of many rows some best class changes.
        Assert.Equal("TSF1035", await RefusalAsync(bert with { Samples = [.. Enumerable.Range(0, 1_500).Select(Tokens)], MinAgreement = 1 }));
        Assert.Equal(["bert", "langid"], Left());
    }

    [Fact]
    public async Task Directory_in_use_is_refused_and_left_alone()
    {
        await PackAsync("digits");
        Directory.CreateDirectory(temporary["out"]);
        File.WriteAllText(temporary["out", "mine"], "kept");
        Assert.Equal("TSF1017", await RefusalAsync(Request("digits")));
        Assert.True(File.Exists(temporary["out", "mine"]));
    }

    private static IReadOnlyList<WarmupSample> Rows(string name) => [.. File.ReadLines(Path.Combine(Repository.Samples, name, "heldout.jsonl")).Select(line =>
    {
        var row = JsonDocument.Parse(line).RootElement;
        var input = row.TryGetProperty("text", out var text)
            ? new SampleTensor("text", Datatype.Bytes, [1], [text])
            : new SampleTensor("image", Datatype.Fp32, [1, 1, 8, 8], [.. row.GetProperty("image").EnumerateArray()]);
        return new WarmupSample { Inputs = [input], Outputs = [] };
    })];

    private static WarmupSample Tokens(int seed)
    {
        var random = new Random(seed);
        SampleTensor Tensor(string name, Func<int> value) => new(name, Datatype.Int64, [1, 16], [.. Enumerable.Range(0, 16).Select(_ => JsonSerializer.SerializeToElement(value()))]);
        return new WarmupSample { Inputs = [Tensor("input_ids", () => random.Next(500)), Tensor("attention_mask", () => 1)], Outputs = [] };
    }

    private OptimizeRequest Request(string package) => new() { Package = temporary[package], Output = temporary["out"], Samples = package is "langid" or "digits" ? Rows(package) : [Tokens(1)] };

    private static Task<OptimizeReport> OptimizeAsync(OptimizeRequest request) => ModelOptimizer.OptimizeAsync(request, default);

    private static async Task<string> RefusalAsync(OptimizeRequest request) => (await Assert.ThrowsAsync<TsfException>(() => OptimizeAsync(request))).Code;

    private IEnumerable<string?> Left() => Directory.EnumerateFileSystemEntries(temporary.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private Task PackAsync(string name) => ModelPacker.PackAsync(
        new PackRequest
        {
            OnnxFile = Path.Combine(Repository.Samples, name, "model.onnx"),
            Name = name,
            Version = "1",
            Task = name == "langid" ? ModelTask.TextClassification : ModelTask.ImageClassification,
            LabelsFile = Path.Combine(Repository.Samples, name, "labels.txt"),
            VocabularyFile = name == "langid" ? Path.Combine(Repository.Samples, name, "vocab.txt") : null,
            MaxSequence = name == "langid" ? 128 : null,
        },
        temporary[name],
        default);

    private async Task PackBertAsync()
    {
        // Wide enough for its products to be worth 8 bits.
        var shape = BertShape.Tiny with { Hidden = 128 };
        var graph = BertGraph.Write(shape, 1, temporary["source"]);
        await ModelPacker.PackAsync(new PackRequest { OnnxFile = graph, Name = "bert", Version = "1", Task = ModelTask.Tensor }, temporary["bert"], default);
        Directory.Delete(temporary["source"], recursive: true);
    }
}
