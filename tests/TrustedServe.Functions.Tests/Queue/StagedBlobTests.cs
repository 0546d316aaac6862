using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Tests.Queue;

public sealed class StagedBlobTests(AzuriteFixture fixture)
{
    [Fact]
    public async Task Attempts_Overlapping_NeverMix()
    {
        var container = await ContainerAsync();
        var client = container.GetBlockBlobClient("result");
        await using var first = new StagedBlob(client, "message:1");
        await using var second = new StagedBlob(client, "message:2");
        for (var i = 0; i < 3; i++)
        {
            await first.WriteAsync(Filled('a'));
            await second.WriteAsync(Filled('b'));
        }

        await first.CommitAsync(new Dictionary<string, string>(), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => second.CommitAsync(new Dictionary<string, string>(), CancellationToken.None));

        Assert.Equal(409, refused.Status);
        var content = (await client.DownloadContentAsync()).Value.Content.ToArray();
        Assert.Equal(3 * 3_000_000, content.Length);
        Assert.DoesNotContain((byte)'b', content);
    }

    [Fact]
    public async Task Blocks_HaveOrderedDeterministicIds()
    {
        var container = await ContainerAsync();
        var ids = new List<string>[2];
        for (var i = 0; i < 2; i++)
        {
            var client = container.GetBlockBlobClient($"result-{i}");
            await using var blob = new StagedBlob(client, "message:1");
            await blob.WriteAsync(new byte[3 * StagedBlob.BlockBytes]);
            BlockList list = await client.GetBlockListAsync(BlockListTypes.Uncommitted);
            ids[i] = [.. list.UncommittedBlocks.Select(block => block.Name)];
        }

        Assert.Equal(3, ids[0].Count);
        Assert.Equal(ids[0].Order(StringComparer.Ordinal), ids[0]);
        Assert.Equal(ids[0], ids[1]);
    }

    private static byte[] Filled(char with)
    {
        var bytes = new byte[3_000_000];
        Array.Fill(bytes, (byte)with);
        return bytes;
    }

    private async Task<BlobContainerClient> ContainerAsync()
    {
        var container = new BlobContainerClient((await fixture.GetAsync()).ConnectionString, "staged-" + Guid.NewGuid().ToString("N")[..12]);
        await container.CreateAsync();
        return container;
    }
}
