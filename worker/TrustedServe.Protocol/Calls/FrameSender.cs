using System.Buffers;
using System.Net.Sockets;
using Google.Protobuf;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Calls;

/// <summary>
/// Writes frames to a blocking socket from any thread, whole and in order, and never keeps a caller waiting: what the socket
/// takes at once of a frame is written on the caller's thread; the rest waits for a thread of the sender's own.
/// </summary>
/// <param name="socket">The connection's.</param>
/// <param name="ended">Called when a write failed and so ended the connection: must not wait, and must end what else belongs to it.</param>
/// <param name="start">Starts a thread; null for the usual way.</param>
internal sealed class FrameSender(Socket socket, Action? ended = null, Action<Thread>? start = null)
{
    /// <summary>How much may wait. A peer that does not read must not make this process grow.</summary>
    private const long MostWaiting = 64 << 20;

    private readonly Lock gate = new();
    private readonly Queue<(byte[] Bytes, int Written, int Length)> waiting = new();
    private readonly SemaphoreSlim work = new(0);
    private long waitingBytes;
    private Thread? writer;
    private bool closed;

    /// <summary>Whether nothing waits to be written.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return waiting.Count == 0;
            }
        }
    }

    /// <summary>
    /// Sends a frame; a connection that ended swallows it, and whoever reads from it learns of that. One whose frames would have to
    /// wait while there is no thread to write them ends.
    /// </summary>
    /// <exception cref="TsfException">TSF4012 when the peer does not read what waits already; never for a frame without a message.</exception>
    public void Send(CallKind kind, long number, long argument, IMessage? message)
    {
        var length = message?.CalculateSize() ?? 0;
        var bytes = ArrayPool<byte>.Shared.Rent(CallFrame.HeaderSize + length);
        new CallFrame(kind, length, number, argument).Write(bytes);
        message?.WriteTo(bytes.AsSpan(CallFrame.HeaderSize, length));
        length += CallFrame.HeaderSize;
        lock (gate)
        {
            var written = closed ? length : WriteAtOnce(bytes.AsSpan(0, length));
            if (written == length)
            {
                ArrayPool<byte>.Shared.Return(bytes);
                return;
            }

            // The first may be as large as it wants: it is bounded where messages are.
            if (message is not null && waiting.Count > 0 && waitingBytes + length > MostWaiting)
            {
                ArrayPool<byte>.Shared.Return(bytes);
                throw new TsfException(TsfErrors.Overloaded, "The other end does not take what was sent to it.") { RetryAfterSeconds = 1 };
            }

            if (writer is null && !TryStartWriter())
            {
                ArrayPool<byte>.Shared.Return(bytes);
                return;
            }

            waiting.Enqueue((bytes, written, length));
            waitingBytes += length;
            work.Release();
        }
    }

    /// <summary>Writes no more. The socket must be shut down before: that ends a write that blocks.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            work.Release();
        }
    }

    // How much of it is written; all of it counts as written when the connection ends.
    private int WriteAtOnce(ReadOnlySpan<byte> frame)
    {
        if (waiting.Count > 0)
        {
            return 0;
        }

        try
        {
            return CallSocket.SendNow(socket, frame);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            End();
            return frame.Length;
        }
    }

    // No more threads, no memory for a write, a peer that has gone: nothing but the connection's end tells both ends that a frame will
    // never come.
    private void End()
    {
        CallSocket.Close(socket);
        closed = true;
        work.Release();
        ended?.Invoke();
    }

    private bool TryStartWriter()
    {
        var thread = new Thread(WriteWaiting) { IsBackground = true, Name = "call writer" };
        try
        {
            (start ?? (static thread => thread.Start()))(thread);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            End();
            return false;
        }

        writer = thread;
        return true;
    }

    private void WriteWaiting()
    {
        while (true)
        {
            (byte[] Bytes, int Written, int Length) frame;
            work.Wait();
            lock (gate)
            {
                if (closed)
                {
                    waiting.Clear();
                    return;
                }

                // It stays in the queue until it is written, so that no other frame gets between its parts.
                frame = waiting.Peek();
            }

            try
            {
                Write(frame.Bytes.AsSpan(frame.Written, frame.Length - frame.Written));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                lock (gate)
                {
                    End();
                }
            }

            lock (gate)
            {
                waiting.Dequeue();
                waitingBytes -= frame.Length;
            }

            ArrayPool<byte>.Shared.Return(frame.Bytes);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }
}
