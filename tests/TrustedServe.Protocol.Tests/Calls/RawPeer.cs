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

    /// <summary>The worker's end of the next connection.</summary>
    public static async Task<RawPeer> AcceptAsync(Socket listener)
    {
        var (requests, answers) = (await listener.AcceptAsync(), await listener.AcceptAsync());
        var numbers = new[] { (requests, CallKind.OpenRequests), (answers, CallKind.OpenAnswers) }.Select(half =>
        {
            var header = new byte[CallFrame.HeaderSize];
            Assert.Equal(header.Length, half.Item1.Receive(header));
            var frame = CallFrame.Read(header);
            Assert.Equal(half.Item2, frame.Kind);
            return frame.Number;
        }).ToList();
        Assert.Equal(numbers[0], numbers[1]);
        return new RawPeer(requests, answers);
    }

    public static Socket Open(string path, CallKind kind, long number)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(Header(kind, 0, number));
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
