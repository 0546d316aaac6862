using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Protocol.Tests.Hardening;

public sealed class RemovalTests
{
    [Fact]
    public async Task Directory_GoesAway_WhileOthersStillCreateFilesInIt()
    {
        for (var round = 0; round < 20; round++)
        {
            var directory = MemoryBackedDirectory.Create("/dev/shm", $"trustedserve-protocol-test-{Guid.NewGuid():n}-", insecureAllowSwap: true);
            var begun = new CountdownEvent(2);
            var creators = Enumerable.Range(0, 2).Select(creator => Task.Run(() => Fill(directory.Path, creator, begun))).ToArray();
            begun.Wait();
            directory.Dispose();
            Assert.False(Directory.Exists(directory.Path));
            await Task.WhenAll(creators);
        }
    }

    // As unsealing does until it meets the missing directory; bounded, as a package is.
    private static void Fill(string path, int creator, CountdownEvent begun)
    {
        try
        {
            for (var i = 0; i < 3000; i++)
            {
                File.WriteAllBytes(Path.Combine(path, $"{creator}-{i}"), [1]);
                if (i == 100)
                {
                    begun.Signal();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Assert.False(File.Exists(Path.Combine(path, "none")));
        }
    }
}
