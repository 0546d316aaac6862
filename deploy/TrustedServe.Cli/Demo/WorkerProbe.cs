using System.Text.Json;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Cli.Demo;

/// <summary>Starts one worker by itself and says how its start ended.</summary>
internal static class WorkerProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Starts <paramref name="program"/> with a configuration and follows its start to READY or FAILED.</summary>
    /// <exception cref="TsfException">It ended before it said how its start went, or came to neither in time.</exception>
    public static async Task<StartStep> StartAsync(string program, WorkerConfig config, CancellationToken cancellationToken)
    {
        await using var worker = ServiceProcess.Start("The worker", program, []);
        await worker.WriteLineAsync(JsonSerializer.Serialize(config, StrictJson.Compact));
        using var channel = GrpcChannel.ForAddress("http://worker.invalid", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, token) => ConnectAsync(config.Socket, token) },
        });
        var control = new WorkerControl.WorkerControlClient(channel);
        return await worker.WithinAsync(Limit, limit => FollowAsync(worker, control, limit), cancellationToken);
    }

    private static async Task<StartStep> FollowAsync(ServiceProcess worker, WorkerControl.WorkerControlClient control, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await FollowAsync(control, cancellationToken);
            }
            catch (RpcException exception) when (worker.HasExited)
            {
                await worker.WaitForExitAsync(cancellationToken);
                throw worker.Ended(exception);
            }
            catch (RpcException)
            {
                // Not listening yet (a socket that lies there already says nothing about that), just about to have ended, or cancelled.
                await Task.Delay(20, cancellationToken);
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
