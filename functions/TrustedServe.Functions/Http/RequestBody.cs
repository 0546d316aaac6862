using System.Buffers;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Http;

/// <summary>The whole body of a request in one pooled buffer.</summary>
internal sealed class RequestBody : IDisposable
{
    /// <summary>
    /// The first buffer, whatever length the request announces: an announcement is not a body. It doubles as the bytes
    /// arrive.
    /// </summary>
    private const int FirstSize = 16 << 10;

    private readonly BodyBudget budget;
    private byte[] buffer = [];
    private int length;
    private long taken;

    private RequestBody(BodyBudget budget) => this.budget = budget;

    /// <summary>The body, until <see cref="ReturnBuffer"/>.</summary>
    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, length);

    /// <summary>What was taken of the budget: the buffers, and what was made from the body.</summary>
    public long Taken => taken;

    /// <summary>Reads the body to its end.</summary>
    /// <exception cref="TsfException">TSF4007 over the limit, TSF4011 when it does not arrive in time, TSF4012 when memory is short.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, BodyBudget budget)
    {
        var body = new RequestBody(budget);
        try
        {
            var read = body.FillAsync(context);
            if (!read.IsCompletedSuccessfully)
            {
                await TimedAsync(context, read);
            }

            return body;
        }
        catch (Exception exception)
        {
            body.Dispose();
            throw exception switch
            {
                BadHttpRequestException bad => Refusal(bad),
                IOException or OperationCanceledException => TsfErrors.Cancelled.With("The connection ended within the body.", exception),
                TsfException => exception,
                _ => TsfErrors.Internal.With("The body cannot be read.", exception),
            };
        }
    }

    /// <summary>Takes more of the budget, for what is made from the body beside it.</summary>
    /// <exception cref="TsfException">TSF4012 when memory is short.</exception>
    public void TakeMore(int bytes)
    {
        budget.Take(bytes);
        taken += bytes;
    }

    /// <summary>Gives the buffer back; the budget stays taken, because what was made from the body is still there.</summary>
    public void ReturnBuffer()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
            length = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReturnBuffer();
        budget.Give(taken);
        taken = 0;
    }

    private async ValueTask FillAsync(HttpContext context)
    {
        // What is announced too large is not read at all.
        CheckLength(context.Request.ContentLength ?? 0);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync();
            try
            {
                CheckLength(length + result.Buffer.Length);
                foreach (var segment in result.Buffer)
                {
                    Append(segment.Span);
                }
            }
            finally
            {
                reader.AdvanceTo(result.Buffer.End);
            }

            if (result.IsCompleted)
            {
                return;
            }

            if (result.IsCanceled)
            {
                throw TsfErrors.DeadlineExceeded.With("The body did not arrive before the request's deadline.");
            }
        }
    }

    // Most bodies arrive together with their headers; a timer is made for the others only. A read that is cancelled this way
    // ends in order, so the buffer is never given back while somebody writes into it; and timer and cut are waited for, so that
    // they cannot cancel a read of the connection's next request.
    private static async Task TimedAsync(HttpContext context, ValueTask read)
    {
        var request = RequestInfo.Of(context);
        await using var timer = request.Time.CreateTimer(GiveUp, context, request.Left, Timeout.InfiniteTimeSpan);
        await using var cut = request.Cut.UnsafeRegister(GiveUp, context);
        await read;
    }

    private static void GiveUp(object? context) => ((HttpContext)context!).Request.BodyReader.CancelPendingRead();

    // Counted here and not by the server, whose count includes the framing of chunks.
    private void CheckLength(long bytes)
    {
        if (bytes > budget.Largest)
        {
            throw TsfErrors.BodyTooLarge.With($"The body is larger than {budget.Largest} bytes.");
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > buffer.Length - length)
        {
            Grow(bytes.Length);
        }

        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(buffer.Length * 2, length + more), FirstSize));
        var returned = buffer;
        Memory.CopyTo(larger);
        buffer = larger;
        if (returned.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(returned);
        }

        TakeMore(larger.Length - (int)taken);
    }

    private static TsfException Refusal(BadHttpRequestException exception) => exception.StatusCode == StatusCodes.Status408RequestTimeout
        ? TsfErrors.DeadlineExceeded.With("The body arrives too slowly.", exception)
        : TsfErrors.MalformedRequest.With("The body is not framed as HTTP asks.", exception);
}
