using System.Net.Sockets;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Protocol.Calls;

/// <summary>The worker's end of the call socket: open to its own user alone, whom the kernel names.</summary>
public sealed class CallListener : IDisposable
{
    private const int Backlog = 16;
    private const int MostConnections = 16;
    private const int MostOpening = 2 * MostConnections;

    // A front end opens both sockets at once, so this is for one that stumbles between them.
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(10);

    // On the accepting thread itself: nobody can be accepted meanwhile, and nothing else waits for it.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(10);

    private readonly Socket socket = CallSocket.Create();
    private readonly HashSet<ServedConnection> connections = [];
    private readonly AnswerSockets answers;
    private readonly TimeSpan patience;
    private readonly CallHandler handler;
    private readonly TimeProvider time;
    private readonly string path;
    private readonly int maxMessageBytes;
    private readonly Action<uint?> refused;
    private volatile bool closed;
    private int opening;
    private bool draining;

    /// <summary>Listens, for this user alone.</summary>
    /// <param name="path">See <see cref="CallSocket.PathOf"/>; nothing may lie there.</param>
    /// <param name="maxMessageBytes">The largest answer.</param>
    /// <param name="handler">Answers calls.</param>
    /// <param name="refused">Told of peers that were turned away, with the user that they run as.</param>
    /// <param name="time">The clock.</param>
    /// <param name="patience">How long a socket may take to say what it is for, and to be joined by the other one of its connection; default: 10 seconds.</param>
    /// <exception cref="SocketException">The path cannot be listened on.</exception>
    public CallListener(string path, int maxMessageBytes, CallHandler handler, Action<uint?> refused, TimeProvider time, TimeSpan? patience = null)
    {
        this.patience = patience ?? UsualPatience;
        answers = new AnswerSockets(this.patience);
        (this.path, this.maxMessageBytes, this.handler, this.refused, this.time) = (path, maxMessageBytes, handler, refused, time);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        new Thread(Accept) { IsBackground = true, Name = "call listener" }.Start();
    }

    /// <summary>Refuses new calls, waits for those in hand, and closes.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (connections)
        {
            draining = true;
            foreach (var connection in connections)
            {
                connection.Drain();
            }
        }

        while (!cancellationToken.IsCancellationRequested && Array.Exists(Snapshot(), connection => !connection.IsIdle))
        {
            await Task.Delay(DrainPoll, time, CancellationToken.None).ConfigureAwait(false);
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (connections)
        {
            if (closed)
            {
                return;
            }

            closed = true;
        }

        CallSocket.Close(socket);
        foreach (var connection in Snapshot())
        {
            connection.Close();
        }

        File.Delete(path);
    }

    private ServedConnection[] Snapshot()
    {
        lock (connections)
        {
            return [.. connections];
        }
    }

    private void Accept()
    {
        while (true)
        {
            Socket peer;
            try
            {
                peer = socket.Accept();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                if (closed || exception is ObjectDisposedException)
                {
                    return;
                }

                // A peer that left before it was accepted, or no more file handles for the moment.
                Thread.Sleep(AcceptPause);
                continue;
            }

            Open(peer);
        }
    }

    private void Open(Socket peer)
    {
        if (!CallSocket.IsOwn(peer))
        {
            refused(PeerCredentials.TryGetUser(peer));
            peer.Dispose();
            return;
        }

        if (Interlocked.Increment(ref opening) > MostOpening)
        {
            Interlocked.Decrement(ref opening);
            peer.Dispose();
            return;
        }

        new Thread(() => Greet(peer)) { IsBackground = true, Name = "call reader" }.Start();
    }

    private void Greet(Socket peer)
    {
        var reader = new FrameReader(peer, largestPayload: 0);
        var connection = Join(peer, reader);
        Interlocked.Decrement(ref opening);
        if (connection is null)
        {
            return;
        }

        if (!TryAdd(connection))
        {
            connection.Close();
            return;
        }

        connection.Serve();
        lock (connections)
        {
            connections.Remove(connection);
        }
    }

    // The connection, for the thread of the socket that requests come from; null for the other's, and for one that is closed.
    private ServedConnection? Join(Socket peer, FrameReader reader)
    {
        peer.ReceiveTimeout = (int)patience.TotalMilliseconds;
        if (reader.TryRead(out var frame, out _))
        {
            switch (frame.Kind)
            {
                case CallKind.OpenRequests when answers.Take(frame.Number) is { } socket:
                    (peer.ReceiveTimeout, reader.LargestPayload) = (0, CallSocket.LargestRequest);
                    return new ServedConnection(peer, reader, socket, maxMessageBytes, handler);
                case CallKind.OpenAnswers when answers.Offer(frame.Number, peer):
                    return null;
            }
        }

        CallSocket.Close(peer);
        return null;
    }

    private bool TryAdd(ServedConnection connection)
    {
        lock (connections)
        {
            if (closed || connections.Count == MostConnections)
            {
                return false;
            }

            if (draining)
            {
                connection.Drain();
            }

            return connections.Add(connection);
        }
    }
}
