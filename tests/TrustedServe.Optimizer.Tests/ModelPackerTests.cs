using Google.Protobuf;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Optimizer.Packing;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Optimizer.Tests;

public sealed class ModelPackerTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Packs_langid()
    {
        var package = await ModelPacker.PackAsync(Langid(), temporary["langid"], default);
        PackageReader.OpenVerified(temporary["langid"], 2, default);
        Assert.Equal(["model.onnx", "vocab.txt", "weights.bin"], package.Manifest.Files.Select(file => file.Path));
        Assert.Equal(11, package.Manifest.Labels!.Count);
        Assert.Equal("pt_BR", package.Manifest.Labels[8]);
        Assert.Equal((128, "vocab.txt", 32, "fp32"), (package.Manifest.MaxSequence, package.Manifest.Tokenizer!.Vocabulary, package.Manifest.MaxBatch, package.Manifest.Precision));
    }

    [Fact]
    public async Task Packs_digits()
    {
        var package = await ModelPacker.PackAsync(Digits(), temporary["digits"], default);
        PackageReader.OpenVerified(temporary["digits"], 2, default);
        Assert.Equal(["model.onnx"], package.Manifest.Files.Select(file => file.Path));
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], package.Manifest.Labels!);
    }

    [Fact]
    public async Task States_how_long_sequences_of_tensors_are_and_how_requests_share_a_run()
    {
        var graph = BertGraph.Write(BertShape.Tiny, 1, temporary["source"]);
        var batching = new BatchingSpec { MaxRows = 4, DelayMilliseconds = 2 };
        var request = new PackRequest { OnnxFile = graph, Name = "bert", Version = "1", Task = ModelTask.Tensor, MaxSequence = BertShape.Tiny.Positions, Batching = batching };
        await ModelPacker.PackAsync(request, temporary["out"], default);
        var manifest = PackageReader.OpenVerified(temporary["out"], 2, default).Manifest;
        Assert.Equal((BertShape.Tiny.Positions, batching), (manifest.MaxSequence, manifest.Batching));
    }

    /// <summary>The rules themselves are tested one by one; here: that nothing is packed before they were asked.</summary>
    [Theory]
    [InlineData("TSF1034", "unknown operator")]
    [InlineData("TSF1030", "cycle")]
    [InlineData("TSF1030", "2^60 elements")]
    [InlineData("TSF1032", "weights outside the file")]
    [InlineData("TSF1032", "weights outside the package")]
    public async Task Hostile_graph_is_refused_and_leaves_nothing(string code, string what)
    {
        var model = ToyModel.Create(ToyModel.Raw("w", 8));
        switch (what)
        {
            case "unknown operator":
                model.Graph.Node[^1].OpType = "MatMul2";
                break;
            case "cycle":
                model.Graph.Node[^1].Input[0] = model.Graph.Node[^1].Output[0];
                break;
            case "2^60 elements":
                model.Graph.Initializer[0].Dims[0] = 1L << 60;
                break;
            case "weights outside the file":
                File.WriteAllBytes(temporary["w.bin"], new byte[64]);
                model.Graph.Initializer.Add(ToyModel.External("far", 2, ("location", "w.bin"), ("offset", "60"), ("length", "8")));
                break;
            default:
                model.Graph.Initializer.Add(ToyModel.External("out", 2, ("location", "../w.bin"), ("length", "8")));
                break;
        }

        File.WriteAllBytes(temporary["hostile.onnx"], model.ToByteArray());
        var request = new PackRequest { OnnxFile = temporary["hostile.onnx"], Name = "hostile", Version = "1", Task = ModelTask.Tensor };
        Assert.Equal(code, (await Assert.ThrowsAsync<TsfException>(() => ModelPacker.PackAsync(request, temporary["out"], default))).Code);
        Assert.False(Directory.Exists(temporary["out"]));
    }

    [Fact]
    public async Task Refusals_leave_nothing()
    {
        File.WriteAllText(temporary["labels"], "only\none more\n");
        var wrong = new Dictionary<PackRequest, string>
        {
            [Langid() with { LabelsFile = temporary["labels"] }] = "TSF1001",
            [Langid() with { Name = "../x" }] = "TSF1001",
            [Langid() with { LabelsFile = null }] = "TSF1033",
            [Langid() with { VocabularyFile = null }] = "TSF1033",
            [Langid() with { MaxSequence = null }] = "TSF1033",
            [Langid() with { VocabularyFile = temporary["missing"] }] = "TSF0008",
            [Langid() with { OnnxFile = temporary["missing"] }] = "TSF0008",
            [Langid() with { OnnxFile = temporary["labels"] }] = "TSF1030",
            [Digits() with { Task = ModelTask.Tensor }] = "TSF1033",
        };
        foreach (var (request, code) in wrong)
        {
            var failure = await Assert.ThrowsAsync<TsfException>(() => ModelPacker.PackAsync(request, temporary["out"], default));
            Assert.Equal(code, failure.Code);
            Assert.False(Directory.Exists(temporary["out"]));
        }
    }

    [Fact]
    public async Task Directory_in_use_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(temporary["out"]);
        File.WriteAllText(temporary["out", "mine"], "kept");
        var failure = await Assert.ThrowsAsync<TsfException>(() => ModelPacker.PackAsync(Digits(), temporary["out"], default));
        Assert.Equal("TSF1017", failure.Code);
        Assert.True(File.Exists(temporary["out", "mine"]));
    }

    private static PackRequest Langid() => new()
    {
        OnnxFile = Sample("langid", "model.onnx"),
        Name = "langid",
        Version = "1",
        Task = ModelTask.TextClassification,
        LabelsFile = Sample("langid", "labels.txt"),
        VocabularyFile = Sample("langid", "vocab.txt"),
        MaxSequence = 128,
    };

    private static PackRequest Digits() => new()
    {
        OnnxFile = Sample("digits", "model.onnx"),
        Name = "digits",
        Version = "1",
        Task = ModelTask.ImageClassification,
        LabelsFile = Sample("digits", "labels.txt"),
    };

    private static string Sample(params string[] path) => Path.Combine([Repository.Samples, .. path]);
}
