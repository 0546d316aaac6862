using System.Collections.Concurrent;
using System.Net.Sockets;
using Google.Protobuf;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Calls;

/// <summary>The front end's end of the call socket. All calls share one connection; each gets its own answer, or a reason why there is none.</summary>
public sealed class CallClient : IDisposable
{
    /// <summary>Answers up to here are small enough to be done with by the thread that reads them.</summary>
    private const int LargestInPlace = 4 << 10;

    /// <summary>It does so while no more than this is at hand behind them: a few others, such as a run on a lane brings at once.</summary>
    private const int MostBehind = 1 << 10;

    [ThreadStatic]
    private static bool isReader;

    private readonly ConcurrentDictionary<long, PendingCall> calls = new();
    private readonly Socket requests;
    private readonly Socket answers;
    private readonly FrameSender sender;
    private readonly TimeProvider time;
    private readonly int maxMessageBytes;
    private long lastNumber;
    private volatile bool closed;

    private CallClient(Socket requests, Socket answers, int maxMessageBytes, TimeProvider time)
    {
        (this.requests, this.answers, this.maxMessageBytes, this.time) = (requests, answers, maxMessageBytes, time);
        sender = new FrameSender(requests, () => CallSocket.Close(answers));
        new Thread(Read) { IsBackground = true, Name = "call reader" }.Start();
    }

    /// <summary>Whether this is a thread that reads the answers of a connection: all of its calls wait for what is done on it.</summary>
    public static bool IsReader => isReader;

    /// <summary>Whether the connection has ended.</summary>
    public bool IsClosed => closed;

    /// <summary>Connects to a worker of this user.</summary>
    /// <param name="path">See <see cref="CallSocket.PathOf"/>.</param>
    /// <param name="maxMessageBytes">The largest answer that is taken.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="TsfException">TSF5003 when nobody listens there, or another user does.</exception>
    public static CallClient Connect(string path, int maxMessageBytes, TimeProvider time)
    {
        Socket? requests = null, answers = null;
        try
        {
            requests = CallSocket.Create();
            answers = CallSocket.Create();
            var number = Random.Shared.NextInt64();
            Open(requests, path, CallKind.OpenRequests, number);
            Open(answers, path, CallKind.OpenAnswers, number);
            return new CallClient(requests, answers, maxMessageBytes, time);
        }
        catch (Exception exception)
        {
            requests?.Dispose();
            answers?.Dispose();
            if (exception is SocketException)
            {
                throw new TsfException(TsfErrors.WorkerLost, "The worker cannot be reached.", exception) { RetryAfterSeconds = 1 };
            }

            throw;
        }
    }

    /// <summary>Calls the worker.</summary>
    /// <param name="request">Of no more than <see cref="CallSocket.LargestRequest"/> bytes; it has been read when this returns its task.</param>
    /// <param name="remaining">Time until an answer is of no more use.</param>
    /// <param name="cancellationToken">Cancelled when the caller leaves.</param>
    /// <param name="brief">
    /// Whether what awaits the task takes little time and never waits. It may then be done by the thread that reads all answers, when
    /// the answer is small and few others are at hand: handing it to another thread would take longer.
    /// </param>
    /// <exception cref="TsfException">What the worker answered; TSF4011, TSF4012, TSF4016, or TSF5003 when the connection ended.</exception>
    public async Task<ModelInferResponse> InferAsync(ModelInferRequest request, TimeSpan remaining, CancellationToken cancellationToken, bool brief = false)
    {
        var call = new PendingCall(this, Interlocked.Increment(ref lastNumber), brief);
        calls[call.Number] = call;
        try
        {
            // Looked at after the call is in place: whoever closes afterwards finds it there.
            if (closed)
            {
                throw Lost();
            }

            sender.Send(CallKind.Request, call.Number, (long)remaining.TotalMicroseconds, request);
            using var timer = time.CreateTimer(static call => ((PendingCall)call!).Expire(), call, remaining, Timeout.InfiniteTimeSpan);
            using var registration = cancellationToken.UnsafeRegister(static call => ((PendingCall)call!).Leave(), call);
            return await call.Task.ConfigureAwait(false);
        }
        finally
        {
            calls.TryRemove(call.Number, out _);
        }
    }

    /// <summary>Ends the connection and every call that is under way.</summary>
    public void Dispose()
    {
        closed = true;
        CallSocket.Close(requests);
        CallSocket.Close(answers);
        sender.Close();
        foreach (var call in calls.Values)
        {
            call.Fail(Lost());
        }
    }

    private static TsfException Lost() =>
        new(TsfErrors.WorkerLost, "The worker ended in the middle of the request.") { RetryAfterSeconds = 1 };

    private static void Open(Socket socket, string path, CallKind kind, long number)
    {
        socket.Connect(new UnixDomainSocketEndPoint(path));
        if (!CallSocket.IsOwn(socket))
        {
            throw TsfErrors.WorkerLost.With("The process behind the worker's socket belongs to another user.");
        }

        Span<byte> opening = stackalloc byte[CallFrame.HeaderSize];
        new CallFrame(kind, 0, number).Write(opening);
        socket.Send(opening);
    }

    private void Read()
    {
        isReader = true;
        var reader = new FrameReader(answers, maxMessageBytes);
        try
        {
            while (reader.TryRead(out var frame, out var payload) && frame.Kind is CallKind.Answer or CallKind.Refusal)
            {
                // An answer that nobody waits for any more crossed with its cancellation.
                if (!calls.TryGetValue(frame.Number, out var call))
                {
                    continue;
                }

                if (frame.Kind == CallKind.Answer)
                {
                    call.Answer(ModelInferResponse.Parser.ParseFrom(payload), inPlace: frame.Length <= LargestInPlace && reader.AtHand <= MostBehind);
                }
                else
                {
                    call.Fail(Refusal(CallRefusal.Parser.ParseFrom(payload)));
                }
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // Where messages cannot be read, their bounds cannot be trusted.
        }

        Dispose();
    }

    private static TsfException Refusal(CallRefusal refusal) => TsfErrors.Find(refusal.Code) is { } error
        ? new TsfException(error, refusal.Message) { RetryAfterSeconds = refusal.HasRetryAfterSeconds ? refusal.RetryAfterSeconds : null }
        : TsfErrors.Internal.With($"The worker answered with the unknown code '{refusal.Code}'.");

    // The thread that reads is for all calls: of what follows a call, only what is brief and in time runs on it.
    private sealed class PendingCall(CallClient client, long number, bool brief)
        : TaskCompletionSource<ModelInferResponse>(brief ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private int ended;

        public long Number => number;

        public void Answer(ModelInferResponse response, bool inPlace)
        {
            if (!TryEnd())
            {
                return;
            }

            if (inPlace || !brief)
            {
                SetResult(response);
            }
            else
            {
                ThreadPool.UnsafeQueueUserWorkItem(static end => end.call.SetResult(end.response), (call: this, response), preferLocal: false);
            }
        }

        public void Fail(TsfException reason)
        {
            if (TryEnd())
            {
                End(reason);
            }
        }

        public void Expire() => GiveUp(TsfErrors.DeadlineExceeded.With("The deadline passed while the worker was computing."));

        public void Leave() => GiveUp(TsfErrors.Cancelled.With("The call was cancelled."));

        private void GiveUp(TsfException reason)
        {
            if (TryEnd())
            {
                // Before anything that follows the call: a lane computes for it until the worker knows.
                client.sender.Send(CallKind.Cancel, number, 0, null);
                End(reason);
            }
        }

        private bool TryEnd() => Interlocked.Exchange(ref ended, 1) == 0;

        private void End(TsfException reason)
        {
            if (brief)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static end => end.call.SetException(end.reason), (call: this, reason), preferLocal: false);
            }
            else
            {
                SetException(reason);
            }
        }
    }
}
