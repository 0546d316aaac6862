using System.Net.Sockets;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Hosting;

public sealed class UnixListenerTests
{
    [Fact]
    public async Task Socket_IsForItsOwnerAlone()
    {
        await using var worker = await TestWorker.DigitsAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(worker.Config.Socket));
    }

    [Fact]
    public void Rejects_ADirectoryThatOthersCanEnter()
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)Convert.ToInt32("755", 8));
        var refused = Assert.Throws<TsfException>(() => UnixListener.Prepare(directory["w.sock"]));
        Assert.Equal(TsfErrors.UnprotectedMemory, refused.Error);
        Assert.Contains("755", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_ASocketThatSomebodyListensOn()
    {
        using var directory = new TemporaryDirectory();
        using var other = Listen(directory["w.sock"]);
        Assert.Equal(TsfErrors.AddressInUse, Assert.Throws<TsfException>(() => UnixListener.Prepare(directory["w.sock"])).Error);
    }

    [Fact]
    public void Removes_ASocketThatNobodyListensOnAnyMore()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["w.sock"], "");
        UnixListener.Prepare(directory["w.sock"]);
        Assert.False(File.Exists(directory["w.sock"]));
    }

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }
}
