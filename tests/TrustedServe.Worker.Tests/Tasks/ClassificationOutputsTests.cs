using CsCheck;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Tasks;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Tasks;

public sealed class ClassificationOutputsTests
{
    private static readonly string[] Labels = ["a", "bee", "", "dée"];
    private static readonly ClassificationOutputs Outputs = new(Labels);

    [Fact]
    public void AnyLogits_GiveScoresThatSumToOne_BestFirst_WithTheirLabels() =>
        Gen.Float[-200, 200].Array[4].Array[1, 5].Sample(rows =>
        {
            var answer = Outputs.Write(rows.SelectMany(row => row).ToArray(), rows.Length, topK: 4, [0, 1, 2]);
            var (labels, scores) = (answer.Strings("labels"), answer.Floats("scores"));
            for (var row = 0; row < rows.Length; row++)
            {
                var of = scores.AsSpan(row * 4, 4).ToArray();
                Assert.InRange(of.Sum(), 0.9999f, 1.0001f);
                Assert.Equal(of.OrderDescending(), of);
                Assert.Equal(rows[row].Max(), rows[row][Array.IndexOf(Labels, labels[row * 4])]);
            }

            Assert.Equal(rows.SelectMany(row => row), answer.Floats("logits"));
        });

    [Fact]
    public void NotANumber_IsNeverTheBest()
    {
        var answer = Outputs.Write([float.NaN, 1, 3, float.NegativeInfinity], 1, topK: 4, [0]);
        Assert.Equal(["", "bee"], answer.Strings("labels").Take(2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(long.MinValue)]
    public void Rejects_TopKOutsideTheClasses(long topK)
    {
        var request = new ModelInferRequest().With("top_k", new InferParameter { Int64Param = topK });
        Assert.Equal(TsfErrors.MalformedRequest, Assert.Throws<TsfException>(() => Outputs.ReadTopK(request)).Error);
    }

    [Fact]
    public void Rejects_TopKOfAnotherKind() =>
        Assert.Throws<TsfException>(() => Outputs.ReadTopK(new ModelInferRequest().With("top_k", new InferParameter { StringParam = "2" })));
}
