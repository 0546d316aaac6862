using System.Buffers;
using System.Net.Sockets;
using Google.Protobuf;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Calls;

/// <summary>
/// Writes frames to a blocking socket from any thread, whole and in order, and never keeps a caller waiting: a frame that the
/// socket takes at once is written on the caller's thread; others wait for a thread of the sender's own.
/// </summary>
/// <param name="socket">The connection's.</param>
/// <param name="start">Starts a thread; null for the usual way.</param>
internal sealed class FrameSender(Socket socket, Action<Thread>? start = null)
{
    /// <summary>
    /// A socket that says it can be written to takes this much without blocking: it says so while no more than a quarter of
    /// its buffer (208 KiB unless set) is in use.
    /// </summary>
    private const int LargestAtOnce = 32 << 10;

    /// <summary>How much may wait. A peer that does not read must not make this process grow.</summary>
    private const long MostWaiting = 64 << 20;

    private readonly object gate = new();
    private readonly Queue<(byte[] Bytes, int Length)> waiting = new();
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
            if (closed || WriteAtOnce(bytes.AsSpan(0, length)))
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

            waiting.Enqueue((bytes, length));
            waitingBytes += length;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Writes no more. The socket must be shut down before: that ends a write that blocks.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.Pulse(gate);
        }
    }

    private bool WriteAtOnce(ReadOnlySpan<byte> frame)
    {
        if (waiting.Count > 0 || frame.Length > LargestAtOnce)
        {
            return false;
        }

        try
        {
            if (!socket.Poll(0, SelectMode.SelectWrite))
            {
                return false;
            }

            Write(frame);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            closed = true;
        }

        return true;
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
            // No more threads. Nothing but the connection's end could tell both ends that a frame will never come.
            closed = true;
            CallSocket.Close(socket);
            return false;
        }

        writer = thread;
        return true;
    }

    private void WriteWaiting()
    {
        while (true)
        {
            (byte[] Bytes, int Length) frame;
            lock (gate)
            {
                while (waiting.Count == 0 && !closed)
                {
                    Monitor.Wait(gate);
                }

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
                Write(frame.Bytes.AsSpan(0, frame.Length));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                Close();
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
