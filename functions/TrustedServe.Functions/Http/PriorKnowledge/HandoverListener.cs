using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace TrustedServe.Functions.Http.PriorKnowledge;

/// <summary>
/// Lets one port speak HTTP/1.1 and HTTP/2 without TLS. Kestrel offers both on one port only where TLS negotiates between them;
/// here the first bytes do: a client with prior knowledge of HTTP/2 begins with a fixed preface, which no HTTP/1.1 request can be.
/// Connections that begin with it are handed to a listener of their own, inside the process, that speaks HTTP/2 alone.
/// </summary>
internal sealed class HandoverListener : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    /// <summary>How long a connection may stay silent before its first bytes; as long as one may between two requests.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(130);

    private readonly Channel<ConnectionContext> connections = Channel.CreateUnbounded<ConnectionContext>();

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <inheritdoc/>
    public EndPoint EndPoint { get; } = new HandedOverEndPoint();

    /// <summary>The connection middleware for the port.</summary>
    public ConnectionDelegate Divert(ConnectionDelegate http1) => async connection =>
    {
        if (!await BeginsWithPrefaceAsync(connection))
        {
            await http1(connection);
            return;
        }

        var handedOver = new HandedOverConnection(connection);
        if (connections.Writer.TryWrite(handedOver))
        {
            await handedOver.Done;
        }
    };

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is HandedOverEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await connections.Reader.WaitToReadAsync(cancellationToken))
        {
            if (connections.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => UnbindAsync();

    private static async ValueTask<bool> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, stopping);
        silence.CancelAfter(Silence);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await input.ReadAsync(silence.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }

            // What was looked at stays for whoever reads it as a request; more is waited for only while the preface may still come.
            var decided = Decide(result.Buffer) ?? (result.IsCompleted ? false : null);
            input.AdvanceTo(result.Buffer.Start, decided is null ? result.Buffer.End : result.Buffer.Start);
            if (decided is { } answer)
            {
                return answer;
            }
        }
    }

    private static bool? Decide(ReadOnlySequence<byte> buffer)
    {
        Span<byte> begin = stackalloc byte[(int)Math.Min(Preface.Length, buffer.Length)];
        buffer.Slice(0, begin.Length).CopyTo(begin);
        return !Preface.StartsWith(begin) ? false : begin.Length == Preface.Length ? true : null;
    }
}
