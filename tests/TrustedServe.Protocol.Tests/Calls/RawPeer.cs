using System.Net.Sockets;
using TrustedServe.Protocol.Calls;

namespace TrustedServe.Protocol.Tests.Calls;

/// <summary>One end of a call connection, byte by byte.</summary>
/// <param name="requests">The socket that requests pass through.</param>
/// <param name="answers">The socket that answers pass through.</param>
internal sealed class RawPeer(Socket requests, Socket answers) : IDisposable
{
    private static long lastNumber;

    public Socket Requests => requests;

    public Socket Answers => answers;

    /// <summary>The caller's end.</summary>
    public static RawPeer Connect(string path)
    {
        var number = Interlocked.Increment(ref lastNumber);
        return new RawPeer(Open(path, CallKind.OpenRequests, number), Open(path, CallKind.OpenAnswers, number));
    }

    public static Socket Open(string path, CallKind kind, long number)
    {
        var socket = Connected(path);
        socket.Send(Header(kind, 0, number));
        return socket;
    }

    public static Socket Connected(string path)
    {
        var socket = CallSocket.Create();
        socket.ReceiveTimeout = 30_000;
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    public static byte[] Header(CallKind kind, int length, long number)
    {
        var header = new byte[CallFrame.HeaderSize];
        new CallFrame(kind, length, number).Write(header);
        return header;
    }

    // What a socket still gets before the other end closes; its time limit makes one that is left open a failure.
    public static List<byte> Drain(Socket socket)
    {
        var all = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            for (int read; (read = socket.Receive(buffer)) > 0;)
            {
                all.AddRange(buffer.AsSpan(0, read));
            }
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset)
        {
            // Closed with bytes unread.
        }

        return all;
    }

    public void Dispose()
    {
        requests.Dispose();
        answers.Dispose();
    }
}
