using System.Net.Sockets;

namespace TrustedServe.Protocol.Calls;

/// <summary>Reads frames off a blocking socket, by one thread.</summary>
internal sealed class FrameReader(Socket socket, int largestPayload)
{
    private const int UsualSize = 64 << 10;
    private const int KeptSize = 1 << 20;

    private byte[] buffer = new byte[UsualSize];
    private int start;
    private int end;

    /// <summary>The largest payload that is taken.</summary>
    public int LargestPayload { get; set; } = largestPayload;

    /// <summary>Bytes of further frames that are at hand.</summary>
    public int AtHand => end - start;

    /// <summary>Waits for the next frame.</summary>
    /// <param name="frame">Its header.</param>
    /// <param name="payload">Its payload, valid until the next call.</param>
    /// <returns>False when the connection ended, or the peer sent what is no frame.</returns>
    public bool TryRead(out CallFrame frame, out ReadOnlySpan<byte> payload)
    {
        frame = default;
        payload = default;
        if (!Fill(CallFrame.HeaderSize))
        {
            return false;
        }

        frame = CallFrame.Read(buffer.AsSpan(start));
        if (frame.Length < 0 || frame.Length > LargestPayload || !Fill(CallFrame.HeaderSize + frame.Length))
        {
            return false;
        }

        payload = buffer.AsSpan(start + CallFrame.HeaderSize, frame.Length);
        start += CallFrame.HeaderSize + frame.Length;
        return true;
    }

    private bool Fill(int bytes)
    {
        while (end - start < bytes)
        {
            MakeRoom(bytes);
            int read;
            try
            {
                read = socket.Receive(buffer.AsSpan(end));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return false;
            }

            if (read == 0)
            {
                return false;
            }

            end += read;
        }

        return true;
    }

    // Makes the buffer large enough for so many bytes from the start on, and not larger than usual for long.
    private void MakeRoom(int bytes)
    {
        if (buffer.Length - start >= bytes && end < buffer.Length)
        {
            return;
        }

        var target = bytes <= buffer.Length && buffer.Length <= KeptSize ? buffer : new byte[Math.Max(bytes, UsualSize)];
        buffer.AsSpan(start, end - start).CopyTo(target);
        (buffer, start, end) = (target, 0, end - start);
    }
}
