using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Worker.Hosting;

/// <summary>The worker's only door: a Unix socket in a private directory, open to this user alone.</summary>
internal static class UnixListener
{
    /// <summary>Checks the directory and removes a socket that nobody listens on any more.</summary>
    /// <exception cref="TsfException">TSF0005 for a directory that others can enter, TSF0004 when somebody listens there.</exception>
    public static void Prepare(string path)
    {
        PrivateDirectory.Ensure(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw TsfErrors.AddressInUse.With($"Another process listens on {path}.");
    }

    /// <summary>Makes the socket speak HTTP/2 only, and with this user only.</summary>
    public static void Configure(ListenOptions options, ILogger logger)
    {
        options.Protocols = HttpProtocols.Http2;
        options.Use(next => connection => Admit(connection, next, logger));
    }

    private static Task Admit(ConnectionContext connection, ConnectionDelegate next, ILogger logger)
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is not null && PeerCredentials.IsOwnUser(socket))
        {
            return next(connection);
        }

        WorkerLog.PeerRefused(logger, socket is null ? null : PeerCredentials.TryGetUser(socket));
        connection.Abort();
        return Task.CompletedTask;
    }
}
