using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Scheduling;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class SchedulingTests
{
    [Fact]
    public async Task CallersWithTextsOfAnyLength_GetTheirOwnAnswers_AndRunsKeepThePaddingBound()
    {
        await using var worker = await TestWorker.LangidAsync();
        var rows = SampleModels.LangidRows();
        await Parallel.ForEachAsync(Enumerable.Range(0, 32), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (caller, _) =>
        {
            for (var i = 0; i < 10; i++)
            {
                var asked = Enumerable.Range(caller + i, 1 + (caller % 3)).Select(row => rows[row % rows.Count]).ToArray();
                var request = Requests.Texts([.. asked.Select(row => row.Text)])
                    .With(SchedulingParameters.Priority, new InferParameter { Int64Param = 1 + (caller % 9) })
                    .With(SchedulingParameters.Caller, new InferParameter { StringParam = $"{caller % 4}" });
                var answer = await worker.Inference.ModelInferAsync(request);
                Assert.All(asked.SelectMany(row => row.Logits).Zip(answer.Floats("logits")), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
            }
        });
        var statistics = await worker.Control.StatisticsAsync(new StatisticsRequest { Name = "langid" });
        Assert.Equal(320UL, statistics.RequestSeconds.Counts.Aggregate((sum, count) => sum + count));
        Assert.Equal(Enumerable.Range(0, 32).Sum(caller => 10 * (1 + (caller % 3))), statistics.Lanes.Sum(lane => lane.RunRows.Sum));
        Assert.All(statistics.Lanes, lane => Assert.All(lane.Padding.Counts.Skip(lane.Padding.Bounds.IndexOf(0.1) + 1), count => Assert.Equal(0UL, count)));
        Assert.True(statistics.SecondsPerRow > 0);
    }

    [Fact]
    public async Task Rejects_PrioritiesAndCallersThatAreNone()
    {
        await using var worker = await TestWorker.DigitsAsync();
        var image = new float[64];
        foreach (var wrong in new[]
        {
            new InferParameter { Int64Param = 0 }, new InferParameter { Int64Param = 10 }, new InferParameter { Uint64Param = ulong.MaxValue },
            new InferParameter { StringParam = "1" }, new InferParameter { BoolParam = true }, new InferParameter { DoubleParam = 1 }, new InferParameter(),
        })
        {
            Assert.Equal(TsfErrors.MalformedRequest, (await worker.RefusedAsync(Requests.Images(image).With(SchedulingParameters.Priority, wrong))).Error);
        }

        foreach (var wrong in new[] { new InferParameter { Int64Param = 1 }, new InferParameter { StringParam = new string('a', 65) } })
        {
            Assert.Equal(TsfErrors.MalformedRequest, (await worker.RefusedAsync(Requests.Images(image).With(SchedulingParameters.Caller, wrong))).Error);
        }
    }

    [Fact]
    public async Task Statistics_OfAnotherModel_AreRefused()
    {
        await using var worker = await TestWorker.DigitsAsync();
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await worker.Control.StatisticsAsync(new StatisticsRequest { Name = "langid" }));
        Assert.Equal(TsfErrors.UnknownModel, RpcErrors.FromRpc(refused).Error);
    }
}
