using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Testing;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

/// <summary>A model whose weights are mapped first, with more warm-up samples than come before its first answer.</summary>
public sealed class LaterSamplesTests
{
    private const string Name = "layers";
    private const int Rows = 32;
    private const int Samples = 150;
    private static readonly LayeredModel Model = new(Name, width: 1024, layers: 10);
    private static readonly float[] Input = [.. Enumerable.Range(0, Rows * Model.Width).Select(i => MathF.Sin(i))];

    [Fact]
    public async Task SamplesThatAreLeft_AreRunBesideTheFirstAnswers_ThenTheWeightsArePrepacked()
    {
        await using var worker = await StartAsync(shiftOfTheLast: 0);
        var warmed = (await worker.StepsAsync()).Single(step => step.Phase == StartStep.Types.Phase.Warmed);
        Assert.Matches($"^[0-9]+ of {Samples}, ", warmed.Details["samples"]);
        Assert.Equal(Rows * Model.Width, (await worker.Inference.ModelInferAsync(Request())).Floats("out").Length);
        for (var look = 0; ; look++)
        {
            var report = await worker.Control.ReadStartAsync(new ReadStartRequest());
            Assert.True(report.Ready);
            if (report.Weights == "prepacked")
            {
                Assert.Equal(100u, report.WarmedPercent);
                break;
            }

            Assert.True(look < 3000, "The weights are not prepacked.");
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task SampleThatDiffers_AfterTheFirstAnswers_EndsTheWorkerWithThree()
    {
        await using var worker = await StartAsync(shiftOfTheLast: 0.5f);
        var ended = worker.EndedAsync();
        Assert.Equal(StartStep.Types.Phase.Ready, (await worker.StepsAsync())[^1].Phase);
        TsfException refused;
        do
        {
            try
            {
                await worker.Inference.ModelInferAsync(Request());
            }
            catch (RpcException exception)
            {
                refused = RpcErrors.FromRpc(exception);
                continue;
            }

            refused = TsfErrors.ModelNotReady.With("Answered.");
        }
        while (refused.Error == TsfErrors.ModelNotReady);
        Assert.Equal(TsfErrors.ModelFailed, refused.Error);
        Assert.Contains("TSF5005", refused.Message, StringComparison.Ordinal);
        Assert.False((await worker.Inference.ModelReadyAsync(new ModelReadyRequest { Name = Name })).Ready);
        await ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(ExitCodes.Refused, worker.Services.GetRequiredService<StartOutcome>().ExitCode);
    }

    private static ModelInferRequest Request() => Requests.One(Name, "in", Datatype.Fp32, [Rows, Model.Width], Requests.Raw(Input));

    private static async Task<TestWorker> StartAsync(float shiftOfTheLast)
    {
        using var directory = new TemporaryDirectory();
        Model.Write(directory.Path);
        var manifest = Model.Draft with
        {
            Files = [.. Directory.EnumerateFiles(directory.Path).Select(file => new FileEntry(Path.GetFileName(file), new FileInfo(file).Length, string.Empty))],
        };
        float[] output;
        await using (var packing = await TestWorker.StartAsync(PlainModelLoader.FromDirectory(manifest, directory.Path), Name))
        {
            await packing.StepsAsync();
            output = (await packing.Inference.ModelInferAsync(Request())).Floats("out");
        }

        var sample = Sample(output);
        return await TestWorker.StartAsync(
            PlainModelLoader.FromDirectory(
                manifest with { Warmup = [.. Enumerable.Repeat(sample, Samples - 1), Sample([.. output.Select(value => value + shiftOfTheLast)])] }, directory.Path),
            Name);
    }

    private static WarmupSample Sample(float[] output) => new()
    {
        Inputs = [new("in", Datatype.Fp32, [Rows, Model.Width], Numbers(Input))],
        Outputs = [new("out", Datatype.Fp32, [Rows, Model.Width], Numbers(output))],
    };

    private static JsonElement[] Numbers(float[] values) => [.. values.Select(value => JsonSerializer.SerializeToElement(value))];
}
