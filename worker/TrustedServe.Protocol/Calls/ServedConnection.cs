using System.Collections.Concurrent;
using System.Net.Sockets;
using Google.Protobuf;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Calls;

/// <summary>One caller's connection, at the worker.</summary>
/// <param name="requests">The socket that requests come from.</param>
/// <param name="reader">Its reader, which may have read some already.</param>
/// <param name="answers">The socket that answers go to.</param>
/// <param name="maxMessageBytes">The largest answer.</param>
/// <param name="handler">Answers calls.</param>
internal sealed class ServedConnection(Socket requests, FrameReader reader, Socket answers, int maxMessageBytes, CallHandler handler)
{
    /// <summary>Larger requests are prepared by the thread pool, so that the next can be read meanwhile.</summary>
    private const int LargestInPlace = 4 << 10;

    private readonly ConcurrentDictionary<long, CancellationTokenSource> calls = new();
    private readonly FrameSender sender = new(answers, () => CallSocket.Close(requests));
    private volatile bool draining;

    /// <summary>Whether every call has its answer, and every answer is on its way.</summary>
    public bool IsIdle => calls.IsEmpty && sender.IsEmpty;

    /// <summary>Answers calls until the connection has ended.</summary>
    public void Serve()
    {
        Read();
        Close();
        foreach (var number in calls.Keys)
        {
            Cancel(number);
        }
    }

    /// <summary>Takes no more calls.</summary>
    public void Drain() => draining = true;

    /// <summary>Ends the connection; what is being computed for it is cancelled.</summary>
    public void Close()
    {
        CallSocket.Close(requests);
        CallSocket.Close(answers);
        sender.Close();
    }

    private void Read()
    {
        while (reader.TryRead(out var frame, out var payload))
        {
            switch (frame.Kind)
            {
                case CallKind.Request:
                    // A token source without timer or wait handle holds nothing that would have to be disposed of.
                    var leaving = new CancellationTokenSource();
                    if (!calls.TryAdd(frame.Number, leaving))
                    {
                        return;
                    }

                    Begin(frame, payload, leaving.Token);
                    break;
                case CallKind.Cancel:
                    Cancel(frame.Number);
                    break;
                default:
                    return;
            }
        }
    }

    private void Begin(CallFrame frame, ReadOnlySpan<byte> payload, CancellationToken leaving)
    {
        ModelInferRequest request;
        try
        {
            request = ModelInferRequest.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException)
        {
            End(frame.Number, TsfErrors.MalformedRequest.With("The request is not the message that it must be."));
            return;
        }

        if (frame.Length <= LargestInPlace)
        {
            _ = AnswerAsync(frame, request, leaving);
        }
        else
        {
            _ = Task.Run(() => AnswerAsync(frame, request, leaving), CancellationToken.None);
        }
    }

    private async Task AnswerAsync(CallFrame frame, ModelInferRequest request, CancellationToken leaving)
    {
        try
        {
            if (draining)
            {
                throw new TsfException(TsfErrors.ModelNotReady, "The worker is stopping.") { RetryAfterSeconds = 1 };
            }

            // A caller without a deadline says so with the largest number.
            var remaining = frame.Argument < TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond ? TimeSpan.FromMicroseconds(frame.Argument) : TimeSpan.MaxValue;
            var response = await handler(request, remaining, leaving).ConfigureAwait(false);
            if (response.CalculateSize() > maxMessageBytes)
            {
                throw TsfErrors.BodyTooLarge.With($"The answer is larger than the {maxMessageBytes} bytes of a message.");
            }

            sender.Send(CallKind.Answer, frame.Number, 0, response);
            calls.TryRemove(frame.Number, out _);
        }
        catch (TsfException exception)
        {
            End(frame.Number, exception);
        }
        catch (Exception exception)
        {
            // Its text can hold values of the request.
            End(frame.Number, TsfErrors.Internal.With($"The worker failed on this request ({exception.GetType().Name})."));
        }
    }

    private void End(long number, TsfException exception)
    {
        var refusal = new CallRefusal { Code = exception.Code, Message = exception.Message };
        if (exception.RetryAfterSeconds is { } seconds)
        {
            refusal.RetryAfterSeconds = seconds;
        }

        try
        {
            sender.Send(CallKind.Refusal, number, 0, refusal);
        }
        catch (TsfException)
        {
            // A caller that does not read its answers is no caller.
            Close();
        }

        calls.TryRemove(number, out _);
    }

    private void Cancel(long number)
    {
        if (calls.TryGetValue(number, out var leaving))
        {
            leaving.Cancel();
        }
    }
}
