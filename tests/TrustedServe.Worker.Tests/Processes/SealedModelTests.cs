using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Processes;

public sealed class SealedModelTests(SealedStore store) : IClassFixture<SealedStore>
{
    private static readonly StartStep.Types.Phase[] AllSteps =
    [
        StartStep.Types.Phase.Hardened, StartStep.Types.Phase.Evidence, StartStep.Types.Phase.KeyReleased, StartStep.Types.Phase.Envelope,
        StartStep.Types.Phase.Unsealed, StartStep.Types.Phase.Session, StartStep.Types.Phase.Warmed, StartStep.Types.Phase.Ready,
    ];

    [Fact]
    public async Task Digits_FromItsSealedPackage_AnswersEveryHeldoutRow()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits"));
        Assert.Equal(AllSteps, (await worker.StepsAsync()).Select(step => step.Phase));
        foreach (var row in SampleModels.DigitsRows())
        {
            var answer = await worker.Inference.ModelInferAsync(Requests.Images(row.Image));
            Assert.Equal($"{row.Logits.AsSpan().IndexOf(row.Logits.Max())}", answer.Strings("labels")[0]);
            Assert.All(row.Logits.Zip(answer.Floats("logits")), pair => Assert.InRange(pair.Second, pair.First - 1e-4f, pair.First + 1e-4f));
        }
    }

    [Fact]
    public async Task Langid_FromItsSealedPackage_AnswersEveryHeldoutRow()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "langid"));
        var steps = await worker.StepsAsync();
        Assert.Equal(AllSteps, steps.Select(step => step.Phase));
        Assert.Equal("kbs:///default/model-key/langid", steps[2].Details["key-id"]);
        Assert.Equal(64, steps[3].Details["digest"].Length);
        var labels = SampleModels.LangidManifest().Labels!;
        foreach (var row in SampleModels.LangidRows())
        {
            var answer = await worker.Inference.ModelInferAsync(Requests.Texts(row.Text));
            Assert.Equal(labels[row.Logits.AsSpan().IndexOf(row.Logits.Max())], answer.Strings("labels")[0]);
            Assert.All(row.Logits.Zip(answer.Floats("logits")), pair => Assert.InRange(pair.Second, pair.First - 1e-4f, pair.First + 1e-4f));
        }

        Assert.DoesNotContain(SampleModels.LangidRows()[0].Text, worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextOverTheLimit_IsRefusedWithLimitAndActual_OrCutWhereTheManifestAllows()
    {
        var (whole, tooLong) = (string.Join(' ', Enumerable.Repeat("the", 126)), string.Join(' ', Enumerable.Repeat("the", 200)));
        await using var refusing = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "langid"));
        await refusing.StepsAsync();
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await refusing.Inference.ModelInferAsync(Requests.Texts("short", tooLong)));
        Assert.Equal(TsfErrors.InputTooLong, RpcErrors.FromRpc(exception).Error);
        Assert.Equal("The text of row 1 has 202 tokens; the model takes at most 128.", exception.Status.Detail);
        var uncut = await refusing.Inference.ModelInferAsync(Requests.Texts(whole));
        Assert.Empty(uncut.Parameters);

        await using var cutting = new WorkerProcess(socket => WorkerProcess.Config(store, socket, SealedStore.CuttingModel));
        await cutting.StepsAsync();
        var request = Requests.Texts(tooLong, "short", tooLong);
        request.ModelName = SealedStore.CuttingModel;
        var cut = await cutting.Inference.ModelInferAsync(request);
        Assert.True(cut.Parameters["truncated"].BoolParam);
        Assert.Equal("0,2", cut.Parameters["truncated_rows"].StringParam);
        Assert.All(uncut.Floats("logits").Zip(cut.Floats("logits")), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public async Task Metadata_SaysThatTheTrustIsSimulated_AndWhichManifest()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits"));
        var steps = await worker.StepsAsync();
        var metadata = await worker.Inference.ModelMetadataAsync(new ModelMetadataRequest { Name = "digits" });
        Assert.Equal("insecure-simulated", metadata.Properties["trust"]);
        Assert.Equal(steps[3].Details["digest"], metadata.Properties["digest"]);
    }

    [Fact]
    public async Task HostileGraph_IsRefusedBeforeTheEngineSeesIt_AlthoughItIsSealedAndItsKeyReleased()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, SealedStore.HostileModel));
        var steps = await worker.StepsAsync();
        Assert.Contains(steps, step => step.Phase == StartStep.Types.Phase.Unsealed);
        Assert.DoesNotContain(steps, step => step.Phase == StartStep.Types.Phase.Session);
        Assert.Equal(("TSF1034", false), (steps[^1].Code, steps[^1].Retryable));
        Assert.Equal(ExitCodes.Refused, await worker.ExitAsync());
    }

    [Fact]
    public async Task RefusedMemoryPolicy_IsReported_AndCostsNoStart()
    {
        // The kernel knows no such node; a sandbox refuses the call whatever the node.
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits") with { MemoryNode = 1000 });
        await worker.StepsAsync();
        var metadata = await worker.Inference.ModelMetadataAsync(new ModelMetadataRequest { Name = "digits" });
        var report = Assert.Single(PlacementReport.Parse(metadata.Properties[PlacementReport.Property]));
        Assert.Contains(report.MemoryPolicy, new[] { "EINVAL", "EPERM", "ENOSYS" });
        Assert.Equal("ok", report.Affinity);
        await worker.SaysAsync("\"EventId\":5015");
    }

    [Fact]
    public async Task UnknownVersion_IsRefused_AndEndsWithThree()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits") with { Version = "9" });
        var failed = (await worker.StepsAsync())[^1];
        Assert.Equal(("TSF4004", false), (failed.Code, failed.Retryable));
        Assert.Equal(ExitCodes.Refused, await worker.ExitAsync());
    }

    [Fact]
    public async Task BrokerThatComesLater_IsWaitedFor_AndSaidOnce_WithoutAnotherProcess()
    {
        using var place = new ReservedPort();
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits", place.Address));
        await worker.ListeningAsync();
        using var watch = worker.Control.WatchStart(new WatchStartRequest());
        var steps = new List<StartStep>();
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60)))
        {
            steps.Add(watch.ResponseStream.Current);
            if (steps[^1].Phase == StartStep.Types.Phase.Waiting)
            {
                break;
            }
        }

        Assert.Equal("TSF3002", steps[^1].Code);
        var report = await worker.Control.ReadStartAsync(new ReadStartRequest());
        Assert.Contains(report.Spans, span => span is { Name: "waiting", HasEnded: false });

        await using var broker = await store.StartBrokerAsync(place.Free());
        while (await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(120)))
        {
            steps.Add(watch.ResponseStream.Current);
        }

        Assert.Equal(StartStep.Types.Phase.Ready, steps[^1].Phase);
        Assert.Single(steps, step => step.Phase == StartStep.Types.Phase.Waiting);
        Assert.Equal(steps.Count, steps.Select(step => step.Phase).Distinct().Count());
        await worker.SaysAsync("\"EventId\":5002");
        Assert.Single(worker.Output.Split('\n'), line => line.Contains("\"EventId\":5014", StringComparison.Ordinal));
        Assert.NotNull(await worker.Inference.ModelInferAsync(Requests.Images(SampleModels.DigitsRows()[0].Image)));
    }
}
