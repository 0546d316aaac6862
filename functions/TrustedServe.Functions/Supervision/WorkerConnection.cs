using System.Net.Sockets;
using Grpc.Net.Client;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Supervision;

/// <summary>gRPC to one worker over its Unix socket. Disposal ends every call that is under way.</summary>
internal sealed class WorkerConnection : IDisposable
{
    /// <summary>
    /// How much one call may have under way before the worker must acknowledge: a tensor of a megabyte then passes in one go
    /// (HTTP/2 starts with 64 KiB).
    /// </summary>
    private const int StreamWindow = 1 << 20;

    private readonly GrpcChannel channel;
    private volatile bool closed;

    /// <summary>Prepares the way; nothing is connected before the first call.</summary>
    /// <param name="socket">The worker's socket.</param>
    /// <param name="maxMessageBytes">Largest message, both ways.</param>
    public WorkerConnection(string socket, int maxMessageBytes)
    {
        channel = GrpcChannel.ForAddress("http://worker.invalid", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = (_, cancellationToken) => ConnectAsync(socket, cancellationToken),
                EnableMultipleHttp2Connections = true,
                InitialHttp2StreamWindowSize = StreamWindow,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                UseProxy = false,
                AllowAutoRedirect = false,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = maxMessageBytes,
            MaxSendMessageSize = maxMessageBytes,
        });
        Inference = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        Control = new WorkerControl.WorkerControlClient(channel);
    }

    /// <summary>The Open Inference Protocol.</summary>
    public GRPCInferenceService.GRPCInferenceServiceClient Inference { get; }

    /// <summary>How far the worker's start is.</summary>
    public WorkerControl.WorkerControlClient Control { get; }

    /// <summary>Whether the worker is known to be gone.</summary>
    public bool IsClosed => closed;

    /// <inheritdoc/>
    public void Dispose()
    {
        closed = true;
        channel.Dispose();
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            if (!PeerCredentials.IsOwnUser(socket))
            {
                throw TsfErrors.WorkerLost.With("The process behind the worker's socket belongs to another user.");
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
