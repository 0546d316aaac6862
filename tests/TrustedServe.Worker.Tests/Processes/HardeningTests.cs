using System.Globalization;
using Grpc.Core;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Tests.Processes;

public sealed class HardeningTests(SealedStore store) : IClassFixture<SealedStore>
{
    private const string OtherUser = "65534";

    [Fact]
    public async Task RunningWorker_HasNoCores_NoDiagnosticsAndAPrivateMask()
    {
        using var broker = new SilentBroker();
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits", broker.Address));
        await worker.ListeningAsync();
        var core = File.ReadLines($"/proc/{worker.Id}/limits").Single(line => line.StartsWith("Max core file size", StringComparison.Ordinal));
        Assert.Equal(["0", "0", "bytes"], core["Max core file size".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("0077", Status(worker.Id, "Umask"));
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{worker.Id}-*"));
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), $"clr-debug-pipe-{worker.Id}-*"));
        var environment = File.ReadAllText($"/proc/{worker.Id}/environ").Split('\0');
        Assert.Contains("DOTNET_EnableDiagnostics=0", environment);
        Assert.DoesNotContain(environment, variable => variable.Contains("MiniDump", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WorkerOfAnotherUser_IsNotDumpable_StaysClosedToItsOwnUser_AndRefusesOurConnection()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can start a worker as another user.");
        Assert.SkipUnless(CanRead(SealedStore.WorkerExecutable), "Another user cannot read this clone.");
        using var broker = new SilentBroker();
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits", broker.Address) with { Store = CopyStoreBeside(socket) }, OtherUser);
        await worker.ListeningAsync();
        Assert.Equal(OtherUser, Status(worker.Id, "Uid").Split('\t')[0]);

        // The kernel gives the files of a process that is not dumpable to root; a dumpable one's belong to its user.
        Assert.NotEqual(0, WorkerProcess.Run("setpriv", $"--reuid={OtherUser}", $"--regid={OtherUser}", "--clear-groups", "cat", $"/proc/{worker.Id}/maps"));
        Assert.NotEqual(0, WorkerProcess.Run("setpriv", $"--reuid={OtherUser}", $"--regid={OtherUser}", "--clear-groups", "cat", $"/proc/{worker.Id}/environ"));

        // Root may enter the directory and open the socket, and is turned away by what the kernel says of the peer.
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await worker.Inference.ServerLiveAsync(new ServerLiveRequest()));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        await worker.SaysAsync("A connection of user 0 was refused");
    }

    // The store is closed to other users, as it should be.
    private string CopyStoreBeside(string socket)
    {
        var copy = Path.Combine(Path.GetDirectoryName(socket)!, "store");
        WorkerProcess.Run("cp", "-r", store.StorePath, copy);
        return copy;
    }

    private static bool CanRead(string path) =>
        WorkerProcess.Run("setpriv", $"--reuid={OtherUser}", $"--regid={OtherUser}", "--clear-groups", "test", "-r", path) == 0;

    private static string Status(int process, string field) => File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"))
        .Single(line => line.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Trim();
}
