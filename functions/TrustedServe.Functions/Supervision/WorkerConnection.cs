using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Supervision;

/// <summary>The way to one worker: its gRPC socket, and beside it the shorter way for small requests. Disposal ends every call that is under way.</summary>
internal sealed class WorkerConnection : IDisposable
{
    /// <summary>
    /// How much one call may have under way before the worker must acknowledge: a tensor of a megabyte then passes in one go
    /// (HTTP/2 starts with 64 KiB).
    /// </summary>
    private const int StreamWindow = 1 << 20;

    // A worker reads its statistics from memory; one that takes longer hangs.
    private static readonly TimeSpan StatisticsTime = TimeSpan.FromSeconds(5);

    private readonly GrpcChannel channel;
    private readonly string callSocket;
    private readonly int maxMessageBytes;
    private readonly TimeProvider time;
    private readonly Lock connecting = new();
    private volatile CallClient? calls;
    private volatile bool closed;

    /// <summary>Prepares the way; nothing is connected before the first call.</summary>
    /// <param name="socket">The worker's socket.</param>
    /// <param name="maxMessageBytes">Largest message, both ways.</param>
    /// <param name="time">The clock.</param>
    public WorkerConnection(string socket, int maxMessageBytes, TimeProvider time)
    {
        (callSocket, this.maxMessageBytes, this.time) = (CallSocket.PathOf(socket), maxMessageBytes, time);
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

    /// <summary>Calls the worker.</summary>
    /// <param name="request">The request.</param>
    /// <param name="deadline">When an answer is of no more use.</param>
    /// <param name="cancellationToken">Cancelled when the caller leaves.</param>
    /// <param name="brief">See <see cref="CallClient.InferAsync"/>.</param>
    /// <exception cref="TsfException">What the worker answered, or TSF5003, TSF4011, TSF4016.</exception>
    public Task<ModelInferResponse> InferAsync(ModelInferRequest request, Deadline deadline, CancellationToken cancellationToken, bool brief)
    {
        if (request.CalculateSize() > CallSocket.LargestRequest || Calls() is not { } open)
        {
            return InferByGrpcAsync(request, deadline, cancellationToken);
        }

        var remaining = deadline.Left;
        return remaining > TimeSpan.Zero
            ? open.InferAsync(request, remaining, cancellationToken, brief)
            : throw TsfErrors.DeadlineExceeded.With("The deadline passed before the worker was asked.");
    }

    /// <summary>What the worker has computed since its start.</summary>
    /// <exception cref="TsfException">What the worker answered, or TSF5003, TSF4011, TSF4016.</exception>
    public Task<ModelSnapshot> StatisticsAsync(string model, string version, CancellationToken cancellationToken) => AskAsync(
        () => Control.StatisticsAsync(
            new StatisticsRequest { Name = model, Version = version }, deadline: (time.GetUtcNow() + StatisticsTime).UtcDateTime, cancellationToken: cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (connecting)
        {
            closed = true;
            calls?.Dispose();
        }

        channel.Dispose();
    }

    /// <summary>
    /// The worker's own refusal. Without a code of the worker's, <c>Internal</c> is the transport's word for a stream that broke:
    /// the request is not to blame for it.
    /// </summary>
    internal static TsfException FromRpc(RpcException exception) =>
        exception.StatusCode == StatusCode.Internal && !RpcErrors.HasCode(exception) ? Lost(exception) : RpcErrors.FromRpc(exception);

    // Null for a worker that speaks gRPC alone. A connection that broke is made again: the worker need not have ended.
    private CallClient? Calls()
    {
        if (calls is { IsClosed: false } open)
        {
            return open;
        }

        lock (connecting)
        {
            if (calls is not { IsClosed: false } && !closed && File.Exists(callSocket))
            {
                calls = CallClient.Connect(callSocket, maxMessageBytes, time);
            }

            return calls;
        }
    }

    private Task<ModelInferResponse> InferByGrpcAsync(ModelInferRequest request, Deadline deadline, CancellationToken cancellationToken) => AskAsync(
        () => Inference.ModelInferAsync(request, new CallOptions(deadline: (time.GetUtcNow() + deadline.Left).UtcDateTime, cancellationToken: cancellationToken)), cancellationToken);

    private async Task<T> AskAsync<T>(Func<AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested
            && (exception.StatusCode is StatusCode.Cancelled || (closed && exception.StatusCode is StatusCode.Internal or StatusCode.Unknown)))
        {
            // Nobody cancelled but the supervisor, who closes the connection of a worker that ended.
            throw Lost(exception);
        }
        catch (RpcException exception)
        {
            throw FromRpc(exception);
        }
        catch (ObjectDisposedException exception)
        {
            throw Lost(exception);
        }
    }

    private static TsfException Lost(Exception cause) =>
        new(TsfErrors.WorkerLost, "The worker ended in the middle of the request.", cause) { RetryAfterSeconds = 1 };

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
