using System.Text.Json;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Cli.Demo;

/// <summary>Starts one worker by itself and says how its start ended.</summary>
internal static class WorkerProbe
{
    /// <summary>Starts <paramref name="program"/> with a configuration and follows its start to READY or FAILED.</summary>
    public static async Task<StartStep> StartAsync(string program, WorkerConfig config, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await using var worker = ServiceProcess.Start("The worker", program, []);
        await worker.WriteLineAsync(JsonSerializer.Serialize(config, StrictJson.Compact));
        using var channel = GrpcChannel.ForAddress("http://worker.invalid", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, token) => ConnectAsync(config.Socket, token) },
        });
        var control = new WorkerControl.WorkerControlClient(channel);
        while (true)
        {
            try
            {
                return await FollowAsync(control, limit.Token);
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && !worker.HasExited)
            {
                // Not listening yet; a socket that lies there already says nothing about that.
                await Task.Delay(20, limit.Token);
            }
        }
    }

    private static async Task<StartStep> FollowAsync(WorkerControl.WorkerControlClient control, CancellationToken cancellationToken)
    {
        using var call = control.WatchStart(new WatchStartRequest(), cancellationToken: cancellationToken);
        var last = new StartStep();
        await foreach (var step in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            last = step;
        }

        return last;
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
