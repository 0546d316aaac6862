using System.Net.Sockets;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Services;

/// <summary>Serves the call socket, the front end's short way to this worker.</summary>
internal sealed class CallService(WorkerConfig config, ModelInference inference, TimeProvider time, ILogger<CallService> logger) : IHostedService
{
    private CallListener? listener;

    /// <inheritdoc/>
    /// <exception cref="TsfException">TSF0004, TSF0005, TSF0008 for the socket.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var path = CallSocket.PathOf(config.Socket);
        UnixListener.Prepare(path);
        try
        {
            listener = new CallListener(path, config.MaxMessageBytes, inference.InferAsync, user => WorkerLog.PeerRefused(logger, user), time);
        }
        catch (SocketException exception)
        {
            throw TsfErrors.FileUnreadable.With($"The socket {path} cannot be listened on.", exception);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => listener?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
