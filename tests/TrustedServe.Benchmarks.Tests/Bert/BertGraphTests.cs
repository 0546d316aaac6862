using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Tokenizers;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks.Tests.Bert;

public sealed class BertGraphTests : IDisposable
{
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void The_engine_fuses_attention_layer_norms_and_Gelu()
    {
        var fused = work["fused.onnx"];
        using (var options = new SessionOptions { OptimizedModelFilePath = fused, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_EXTENDED })
        {
            using var session = new InferenceSession(BertGraph.Write(BertShape.Tiny, 1, work["graph"]), options);
        }

        var operators = OnnxFile.Read(fused).Graph.Node.CountBy(node => node.OpType).ToDictionary();
        Assert.Equal(BertShape.Tiny.Layers, operators["Attention"]);
        Assert.Equal(2 * BertShape.Tiny.Layers, operators["SkipLayerNormalization"]);
        Assert.Equal(1, operators["LayerNormalization"]); // that of the embeddings
        Assert.Equal(BertShape.Tiny.Layers, operators["BiasGelu"]);
        Assert.DoesNotContain("Erf", operators.Keys);
        Assert.DoesNotContain("Softmax", operators.Keys);
    }

    [Fact]
    public void The_same_seed_gives_the_same_files_and_another_seed_others()
    {
        var files = new[] { (Seed: 7ul, Name: "a"), (Seed: 7ul, Name: "b"), (Seed: 8ul, Name: "c") }.Select(run =>
        {
            BertGraph.Write(BertShape.Tiny, run.Seed, work[run.Name]);
            return (Graph: File.ReadAllBytes(Path.Combine(work[run.Name], BertGraph.FileName)), Weights: File.ReadAllBytes(Path.Combine(work[run.Name], BertGraph.WeightsName)));
        }).ToList();

        Assert.Equal(files[0].Graph, files[1].Graph);
        Assert.Equal(files[0].Weights, files[1].Weights);
        Assert.NotEqual(files[0].Weights, files[2].Weights);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_alone_give_what_they_give_padded_in_a_batch(bool tokenTypes)
    {
        var shape = BertShape.Tiny with { TokenTypes = tokenTypes };
        using var session = new InferenceSession(BertGraph.Write(shape, 3, work["graph"]));
        var noise = new SeededNoise(9);
        long[][] rows = [.. new[] { 5, 17, 64 }.Select(length => Enumerable.Range(0, length).Select(_ => (long)noise.Below(shape.Vocabulary)).ToArray())];

        var together = Run(session, shape, rows);

        for (var row = 0; row < rows.Length; row++)
        {
            var alone = Run(session, shape, [rows[row]]);
            for (var label = 0; label < shape.Labels; label++)
            {
                Assert.Equal(alone[label], together[(row * shape.Labels) + label], 1e-4f);
            }
        }

        // Rows differ: the graph looks at its input.
        Assert.True(Math.Abs(together[0] - together[shape.Labels]) > 1e-3f);
        Assert.All(together, logit => Assert.InRange(logit, -10, 10));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public async Task A_text_has_as_many_tokens_as_were_wished(int tokens)
    {
        var package = await BertPackage.WriteAsync(BertShape.Tiny, 1, ModelTask.TextClassification, work["package"], TestContext.Current.CancellationToken);
        var tokenizer = BertTokenizer.Create(Path.Combine(work["package"], package.Manifest.Tokenizer!.Vocabulary));

        var ids = tokenizer.EncodeToIds(BertVocabulary.Text(new SeededNoise(5), BertShape.Tiny.Vocabulary, tokens), addSpecialTokens: true, considerNormalization: true);

        Assert.Equal(tokens, ids.Count);
        Assert.DoesNotContain(tokenizer.UnknownTokenId, ids);
    }

    private static float[] Run(InferenceSession session, BertShape shape, long[][] rows)
    {
        var width = rows.Max(row => row.Length);
        long[] dimensions = [rows.Length, width];
        var (ids, mask) = (new long[rows.Length * width], new long[rows.Length * width]);
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row].CopyTo(ids, row * width);
            Array.Fill(mask, 1, row * width, rows[row].Length);
        }

        using var idsValue = OrtValue.CreateTensorValueFromMemory(ids, dimensions);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, dimensions);
        using var typesValue = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], dimensions);
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = idsValue, ["attention_mask"] = maskValue };
        if (shape.TokenTypes)
        {
            inputs["token_type_ids"] = typesValue;
        }

        using var options = new RunOptions();
        using var outputs = session.Run(options, inputs, ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
