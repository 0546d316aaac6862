using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class HeldoutTests
{
    private const float Tolerance = 1e-4f;

    [Fact]
    public async Task Langid_EveryHeldoutRow_TopOneAndLogitsAsExpected()
    {
        await using var worker = await TestWorker.LangidAsync();
        var labels = SampleModels.LangidManifest().Labels!;
        foreach (var row in SampleModels.LangidRows())
        {
            var answer = await worker.Inference.ModelInferAsync(Requests.Texts(row.Text));
            Assert.Equal(labels[BestOf(row.Logits)], answer.Strings("labels")[0]);
            AssertClose(row.Logits, answer.Floats("logits"));
        }
    }

    [Fact]
    public async Task Langid_RowsOfDifferentLengthInOneRequest_AnswerAsAlone()
    {
        await using var worker = await TestWorker.LangidAsync();
        foreach (var rows in SampleModels.LangidRows().Chunk(32))
        {
            var answer = await worker.Inference.ModelInferAsync(Requests.Texts([.. rows.Select(row => row.Text)]));
            AssertClose([.. rows.SelectMany(row => row.Logits)], answer.Floats("logits"));
        }
    }

    [Fact]
    public async Task Digits_EveryHeldoutRow_TopOneAndLogitsAsExpected()
    {
        await using var worker = await TestWorker.DigitsAsync();
        foreach (var row in SampleModels.DigitsRows())
        {
            var answer = await worker.Inference.ModelInferAsync(Requests.Images(row.Image));
            Assert.Equal($"{BestOf(row.Logits)}", answer.Strings("labels")[0]);
            AssertClose(row.Logits, answer.Floats("logits"));
        }
    }

    private static int BestOf(float[] logits) => logits.AsSpan().IndexOf(logits.Max());

    private static void AssertClose(float[] expected, float[] seen)
    {
        Assert.Equal(expected.Length, seen.Length);
        Assert.All(expected.Zip(seen), pair => Assert.InRange(pair.Second, pair.First - Tolerance, pair.First + Tolerance));
    }
}
