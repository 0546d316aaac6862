using System.Net.Sockets;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Support;

/// <summary>A worker in the test's process on a real socket, with a client.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private readonly TemporaryDirectory directory;
    private readonly PlainModelLoader loader;
    private readonly WebApplication app;
    private readonly GrpcChannel channel;

    private TestWorker(TemporaryDirectory directory, PlainModelLoader loader, WebApplication app, WorkerConfig config)
    {
        (this.directory, this.loader, this.app, Config) = (directory, loader, app, config);
        channel = Connect(config.Socket, config.MaxMessageBytes);
        Inference = new(channel);
        Control = new(channel);
    }

    public WorkerConfig Config { get; }

    public string WeightsPath => loader.Path;

    public IServiceProvider Services => app.Services;

    public GRPCInferenceService.GRPCInferenceServiceClient Inference { get; }

    public WorkerControl.WorkerControlClient Control { get; }

    public static Task<TestWorker> DigitsAsync(params WarmupSample[] warmup) =>
        ReadyAsync(PlainModelLoader.FromDirectory(SampleModels.DigitsManifest(warmup), SampleModels.Digits), "digits");

    public static Task<TestWorker> LangidAsync(bool truncate = false, params WarmupSample[] warmup) =>
        ReadyAsync(PlainModelLoader.FromDirectory(SampleModels.LangidManifest(truncate, warmup), SampleModels.Langid), "langid");

    public static Task<TestWorker> TensorsAsync(byte[] graph, TensorSpec[] inputs, TensorSpec[] outputs, int lanes = 1, int queue = 256, int? maxSequence = null) =>
        ReadyAsync(Tensors(graph, inputs, outputs, maxSequence), "tensors", lanes, queue);

    public static PlainModelLoader Tensors(byte[] graph, TensorSpec[] inputs, TensorSpec[] outputs, int? maxSequence = null) =>
        new(SampleModels.TensorManifest(inputs, outputs) with { MaxSequence = maxSequence }, new Dictionary<string, byte[]> { ["model.onnx"] = graph });

    public static async Task<TestWorker> StartAsync(PlainModelLoader loader, string model, int lanes = 2, int queue = 256, int maxAgeSeconds = 600)
    {
        var directory = new TemporaryDirectory();
        var config = new WorkerConfig
        {
            Model = model,
            Version = "1",
            Store = "/nowhere",
            Socket = directory["worker.sock"],
            Trust = new TrustConfig(),
            Lanes = lanes,
            QueueCapacity = queue,
            AttestationMaxAgeSeconds = maxAgeSeconds,
        };
        var app = WorkerHost.Build(config, loader, new StartProgress(TimeProvider.System, TimeProvider.System.GetUtcNow()), TimeProvider.System);
        await WorkerHost.StartAsync(app, config, CancellationToken.None);
        return new TestWorker(directory, loader, app, config);
    }

    public static GrpcChannel Connect(string socket, int maxMessageBytes = 80 << 20) => GrpcChannel.ForAddress("http://worker.invalid", new GrpcChannelOptions
    {
        MaxReceiveMessageSize = maxMessageBytes,
        MaxSendMessageSize = null,
        HttpHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            },
        },
    });

    public async Task<List<StartStep>> StepsAsync()
    {
        using var call = Control.WatchStart(new WatchStartRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        var steps = new List<StartStep>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            steps.Add(call.ResponseStream.Current);
        }

        return steps;
    }

    public Task EndedAsync() => app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        loader.Dispose();
        directory.Dispose();
    }

    private static async Task<TestWorker> ReadyAsync(PlainModelLoader loader, string model, int lanes = 2, int queue = 256)
    {
        var worker = await StartAsync(loader, model, lanes, queue);
        var last = (await worker.StepsAsync())[^1];
        Assert.True(last.Phase == StartStep.Types.Phase.Ready, $"{last.Code} {last.Message}");
        return worker;
    }
}
