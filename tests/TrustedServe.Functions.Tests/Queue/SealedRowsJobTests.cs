using System.Text;
using TrustedServe.Functions.Settings;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Rows;

namespace TrustedServe.Functions.Tests.Queue;

/// <summary>Jobs whose rows lie sealed, as they must by default.</summary>
public sealed class SealedRowsJobTests(AzuriteFixture fixture)
{
    private const string KeyId = "kbs:///default/rows-key/echo";

    [Fact]
    public async Task Job_SealedRows_GivesSealedResult()
    {
        await using var queue = await CreateAsync(fixture);
        using var key = queue.Keys.Put(KeyId, "echo");
        await UploadAsync(queue, await SealAsync(key, Rows(3000), RowsRole.Input, $"{queue.In.Name}/rows.jsonl"));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        await QueueHarness.UntilAsync(async () => await queue.Out.GetBlobClient("result.jsonl").ExistsAsync());
        var content = (await queue.Out.GetBlobClient("result.jsonl").DownloadContentAsync()).Value.Content.ToArray();
        Assert.True(RowsFile.IsSealed(content));
        Assert.Equal(-1, content.AsSpan().IndexOf("text 1"u8));
        using var stored = new MemoryStream(content);
        var (header, associatedData) = await SealedRows.ReadHeaderAsync(stored, CancellationToken.None);
        Assert.Equal((RowsRole.Output, $"{queue.Out.Name}/result.jsonl", KeyId), (header.Role, header.Blob, header.KeyId));
        using var plaintext = new MemoryStream();
        await using (var rows = SealedRows.OpenRead(stored, associatedData, key.Key))
        {
            await rows.CopyToAsync(plaintext);
        }

        Assert.Equal(Enumerable.Range(1, 3000).Select(n => $"text {n}"), QueueHarness.Lines(plaintext.ToArray()).Select(line => line.GetProperty("label").GetString()));
        await queue.EmptyAsync();
    }

    [Theory]
    [InlineData("wrong role", "TSF6007")]
    [InlineData("wrong blob", "TSF6007")]
    [InlineData("moved", "TSF6007")]
    [InlineData("key of another model", "TSF6007")]
    [InlineData("key of a package", "TSF6007")]
    [InlineData("header changed to fit", "TSF1020")]
    [InlineData("flipped byte", "TSF1020")]
    [InlineData("flipped byte in the last segment", "TSF1020")]
    [InlineData("truncated", "TSF1020")]
    [InlineData("truncated at a segment", "TSF1020")]
    [InlineData("truncated in the header", "TSF1019")]
    [InlineData("another key", "TSF1020")]
    [InlineData("unknown key", "TSF3001")]
    [InlineData("a result as input", "TSF6007")]
    public async Task Job_RowsThatDoNotBelong_FailsAndWritesNothing(string what, string code)
    {
        await using var queue = await CreateAsync(fixture);
        queue.Host = new QueueHostSettings { MaxDequeueCount = 1 };
        var (model, purpose) = what switch
        {
            "key of another model" => ("other", KeyPurpose.Rows),
            "key of a package" => ("echo", KeyPurpose.Model),
            _ => ("echo", KeyPurpose.Rows),
        };
        using var key = queue.Keys.Put(KeyId, model, purpose);
        var place = $"{queue.In.Name}/rows.jsonl";
        var content = await SealAsync(
            key,
            Rows(200_000), // about 2.7 MB: three segments
            what is "wrong role" or "header changed to fit" or "a result as input" ? RowsRole.Output : RowsRole.Input,
            what is "wrong blob" ? $"{queue.In.Name}/other.jsonl" : what is "moved" ? "elsewhere/rows.jsonl" : place);
        switch (what)
        {
            case "header changed to fit":
                // Same length, so that nothing but the ciphertext can tell.
                var text = Encoding.Latin1.GetString(content);
                content = Encoding.Latin1.GetBytes(text.Replace("\"output\"", "\"input\" ", StringComparison.Ordinal));
                break;
            case "flipped byte":
                content[1_500_000] ^= 1;
                break;
            case "flipped byte in the last segment":
                content[^20] ^= 1;
                break;
            case "truncated":
                content = content[..^1];
                break;
            case "truncated at a segment":
                content = content[..(content.AsSpan().IndexOf("}"u8) + 1 + (2 << 20))];
                break;
            case "truncated in the header":
                content = content[..20];
                break;
            case "another key":
                using (queue.Keys.Put(KeyId, "echo"))
                {
                }

                break;
            case "unknown key":
                var named = Encoding.Latin1.GetString(content);
                content = Encoding.Latin1.GetBytes(named.Replace("rows-key/echo", "rows-key/none", StringComparison.Ordinal));
                break;
        }

        await UploadAsync(queue, content);
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        Assert.Equal(code, (await queue.PoisonAsync()).GetProperty("reason").GetProperty("code").GetString());
        Assert.True(await queue.NothingWrittenAsync());
        Assert.Empty(queue.Jobs.Running);
    }

    private static async Task<QueueHarness> CreateAsync(AzuriteFixture fixture)
    {
        var queue = await QueueHarness.CreateAsync(fixture);
        queue.Gateway = new EchoGateway { MaxBatch = 1024 };
        queue.Settings["RowsPerRequest"] = "1024";
        queue.Settings.Remove("InsecurePlaintextRows");
        return queue;
    }

    private static async Task<byte[]> SealAsync(KeyRecord key, byte[] rows, RowsRole role, string blob)
    {
        using var destination = new MemoryStream();
        var header = new RowsHeader { FormatVersion = 1, KeyId = KeyId, Role = role, Blob = blob };
        await using (var sealer = await SealedRows.CreateAsync(destination, header, key.Key, CancellationToken.None))
        {
            await sealer.WriteAsync(rows, CancellationToken.None);
            await sealer.CompleteAsync(CancellationToken.None);
        }

        return destination.ToArray();
    }

    private static Task UploadAsync(QueueHarness queue, byte[] content) => queue.In.GetBlobClient("rows.jsonl").UploadAsync(BinaryData.FromBytes(content));

    private static byte[] Rows(int count) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, count).Select(n => $"\"text {n}\"\n")));
}
