using System.Diagnostics;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Queue;

public sealed class AzuriteTests(AzuriteFixture fixture)
{
    [Fact]
    public async Task Emulator_Started_KeepsBlobsAndMessages()
    {
        var azurite = await fixture.GetAsync();
        var container = new BlobContainerClient(azurite.ConnectionString, "azurite-tests");
        var queue = new QueueClient(azurite.ConnectionString, "azurite-tests");
        await container.CreateAsync();
        await queue.CreateAsync();

        await container.UploadBlobAsync("a/b", BinaryData.FromString("row"));
        await queue.SendMessageAsync("hello");

        Assert.Equal("row", (await container.GetBlobClient("a/b").DownloadContentAsync()).Value.Content.ToString());
        Assert.Equal("hello", (await queue.ReceiveMessageAsync()).Value.MessageText);
    }

    [Fact]
    public async Task Emulator_ParentGone_Ends()
    {
        await fixture.GetAsync();
        using var node = Process.Start(new ProcessStartInfo("node",
            ["--require", Path.Combine(Repository.Root, "tests", "azurite", "stop-with-parent.cjs"), "--eval", "setInterval(() => {}, 1000)"]) { RedirectStandardInput = true })!;

        node.StandardInput.Close();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await node.WaitForExitAsync(limit.Token);
    }

    [Fact]
    public void Lock_file_names_no_registry()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "tests", "azurite", "package-lock.json"), Encoding.UTF8);

        Assert.DoesNotContain("\"resolved\"", text);
    }
}
