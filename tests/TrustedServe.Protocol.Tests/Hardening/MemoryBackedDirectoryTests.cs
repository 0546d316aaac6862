using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Hardening;

public sealed class MemoryBackedDirectoryTests
{
    private const string Root = "/dev/shm";
    private readonly string prefix = $"trustedserve-protocol-test-{Guid.NewGuid():n}-";

    [Fact]
    public void Directory_IsPrivate_AndGoneAfterwards_WithAllThatLiesInIt()
    {
        var directory = Create();
        PrivateDirectory.Check(directory.Path);
        Directory.CreateDirectory(Path.Combine(directory.Path, "a", "b"));
        File.WriteAllText(Path.Combine(directory.Path, "a", "b", "weights"), "w");
        directory.Dispose();
        Assert.False(Directory.Exists(directory.Path));
        directory.Dispose();
    }

    [Fact]
    public void Clear_RemovesTheContent_ButNotWhatALinkPointsTo()
    {
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["kept"], "");
        using var directory = Create();
        File.CreateSymbolicLink(Path.Combine(directory.Path, "link"), outside.Path);
        Directory.CreateDirectory(Path.Combine(directory.Path, "a"));
        File.WriteAllText(Path.Combine(directory.Path, "a", "file"), "");
        directory.Clear();
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
        Assert.True(File.Exists(outside["kept"]));
    }

    [Fact]
    public void Create_SweepsWhatNobodyHolds_AndNothingElse()
    {
        using var held = Create();
        var leftover = Directory.CreateDirectory(Path.Combine(Root, prefix + "leftover")).FullName;
        var foreign = Directory.CreateDirectory(Path.Combine(Root, "other-" + prefix)).FullName;
        using var next = Create();
        Assert.False(Directory.Exists(leftover));
        Assert.True(Directory.Exists(held.Path));
        Assert.True(Directory.Exists(foreign));
        Directory.Delete(foreign);
    }

    [Fact]
    public void ManyAtOnce_NeverSweepOneAnother()
    {
        // More threads than cores, all at once: a sweeper must meet others between making and locking.
        var directories = new MemoryBackedDirectory[256];
        Parallel.For(0, directories.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i => directories[i] = Create());
        Assert.All(directories, directory => Assert.True(Directory.Exists(directory.Path)));
        Array.ForEach(directories, directory => directory.Dispose());
    }

    [Fact]
    public void Rejects_ARootOnADisk()
    {
        var refused = Assert.Throws<TsfException>(() => MemoryBackedDirectory.Create(Repository.Root, prefix, insecureAllowSwap: true));
        Assert.Equal(TsfErrors.UnprotectedMemory, refused.Error);
    }

    [Fact]
    public void Rejects_ARootThatIsNotThere() =>
        Assert.Equal(TsfErrors.FileUnreadable, Assert.Throws<TsfException>(() => MemoryBackedDirectory.Create("/dev/shm/not-there", prefix, true)).Error);

    [Fact]
    public void Rejects_Swap_AndAcceptsAnEmptyList()
    {
        using var directory = new TemporaryDirectory();
        const string Heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        File.WriteAllText(directory["off"], Heading);
        File.WriteAllText(directory["on"], Heading + "/swapfile file 2097148 0 -2\n");
        MemoryBackedDirectory.CheckSwap(directory["off"]);
        MemoryBackedDirectory.CheckSwap(directory["missing"]);
        Assert.Equal(TsfErrors.UnprotectedMemory, Assert.Throws<TsfException>(() => MemoryBackedDirectory.CheckSwap(directory["on"])).Error);
    }

    private MemoryBackedDirectory Create() => MemoryBackedDirectory.Create(Root, prefix, insecureAllowSwap: true);
}
