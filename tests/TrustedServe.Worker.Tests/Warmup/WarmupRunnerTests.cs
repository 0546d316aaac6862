using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tasks;
using TrustedServe.Worker.Warmup;

namespace TrustedServe.Worker.Tests.Warmup;

public sealed class WarmupRunnerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider time = new();
    private readonly List<long> run = [];

    [Theory]
    [InlineData(0.1, 4)]
    [InlineData(0.2, 2)]
    [InlineData(0.3, 1)]
    [InlineData(3, 1)]
    public async Task Before_the_first_answer_come_those_that_end_in_time_and_at_least_one(double each, int come)
    {
        using var scheduler = new LaneScheduler([0, 0], 4, new BatchLimits(), time, NullLogger.Instance);
        var warmup = new WarmupRunner([Sample(64), Sample(8), Sample(32), Sample(16)], new TimedPipeline(run, time, TimeSpan.FromSeconds(each)), scheduler, new StartPortion(), time);
        await warmup.RunAsync(TimeSpan.FromSeconds(0.5), CancellationToken.None).WaitAsync(Limit);
        Assert.Equal(new long[] { 8, 16, 32, 64 }.Take(come), run);
        Assert.Equal(come, warmup.Passed);

        await warmup.RunAsync(null, CancellationToken.None).WaitAsync(Limit);
        Assert.Equal([8, 16, 32, 64], run);
        Assert.Equal(4, warmup.Passed);
    }

    private static WarmupSample Sample(int length) => new()
    {
        Inputs = [new SampleTensor("x", Datatype.Fp32, [1, length], [.. Enumerable.Repeat(JsonSerializer.SerializeToElement(1), length)])],
        Outputs = [],
    };

    private sealed class TimedPipeline(List<long> run, FakeTimeProvider time, TimeSpan each) : ITaskPipeline
    {
        public IReadOnlyList<TensorSpec> Inputs => [];

        public IReadOnlyList<TensorSpec> Outputs => [];

        public LaneWork Prepare(ModelInferRequest request) => new TimedWork(() =>
        {
            run.Add(request.Inputs[0].Shape[1]);
            time.Advance(each);
        });
    }

    private sealed class TimedWork(Action compute) : LaneWork
    {
        public override void Compute(Lane lane, LaneBatch batch) => compute();

        public override ModelInferResponse Answer() => new();
    }
}
