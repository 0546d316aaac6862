using System.Text;
using System.Text.Json;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Queue;

public sealed class QueuePumpTests(AzuriteFixture fixture)
{
    [Fact]
    public async Task Job_ThousandRows_AnsweredInOrderOnce()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Gateway.OnRequest = texts => Thread.Sleep(texts[0].Length % 7);
        await queue.UploadAsync(Rows(1000));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var result = await queue.ResultAsync();

        Assert.Equal(Enumerable.Range(1, 1000), result.Select(line => line.GetProperty("row").GetInt32()));
        Assert.Equal(Enumerable.Range(1, 1000).Select(n => $"text {n}"), result.Select(line => line.GetProperty("label").GetString()));
        Assert.Equal(1000, queue.Gateway.Answered.Count);
        Assert.Equal(queue.Gateway.MaxBatch, queue.Gateway.GreatestBatch);
        Assert.InRange(queue.Gateway.MostAtOnce, 2, 4);
        await queue.EmptyAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Jobs.Completed == 1));
        Assert.Equal((1000, 0, 0), (queue.Jobs.Rows, queue.Jobs.FailedRows, queue.Jobs.Running.Count));
        Assert.True(queue.Log.Has(6001) && queue.Log.Has(6003));
        Assert.DoesNotContain(queue.Log.Lines, line => line.Text.Contains("text 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_LongerThanVisibility_ProcessedOnce()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        // Short against the job, long against the pauses of a busy machine: a lease may rightly be lost to those.
        queue.Host = new QueueHostSettings { BatchSize = 2, VisibilityTimeout = TimeSpan.FromSeconds(10) };
        queue.Gateway.Delay = TimeSpan.FromSeconds(3);
        queue.Settings["ParallelRequests"] = "1";
        await queue.UploadAsync(Rows(64));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        await queue.ResultAsync();

        await queue.EmptyAsync();
        Assert.Equal(64, queue.Gateway.Answered.Count);
        Assert.Single(queue.Log.Lines, line => line.Id == 6001);
    }

    [Fact]
    public async Task Message_Base64_IsRead()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync(Rows(1));
        await queue.Queue.SendMessageAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(queue.Job())));
        await queue.StartAsync();

        Assert.Single(await queue.ResultAsync());
    }

    [Fact]
    public async Task Message_Malformed_PoisonAfterFiveTriesWithReason()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        const string Message = """{"id":"x","model":"echo","surprise":"<ü>"}""";
        await queue.Queue.SendMessageAsync(Message);
        await queue.StartAsync();

        var poison = await queue.PoisonAsync();

        Assert.Equal(Message, poison.GetProperty("message").GetString());
        Assert.Equal("TSF6001", poison.GetProperty("reason").GetProperty("code").GetString());
        Assert.NotEqual("", poison.GetProperty("reason").GetProperty("message").GetString());
        Assert.Equal(TsfErrors.MalformedJob.Remedy, poison.GetProperty("reason").GetProperty("remedy").GetString());
        Assert.Equal(5, poison.GetProperty("dequeueCount").GetInt32());
        Assert.NotEqual(default, poison.GetProperty("failedAt").GetDateTimeOffset());
        Assert.Equal(5, queue.Log.Lines.Count(line => line.Id == 6005));
        Assert.Equal((5, 1), (queue.Jobs.FailedTries, queue.Jobs.Poisoned));
    }

    [Theory]
    [InlineData("elsewhere/rows.jsonl", "{out}/result.jsonl")]
    [InlineData("{in}/rows.jsonl", "elsewhere/result.jsonl")]
    [InlineData("{out}/rows.jsonl", "{out}/result.jsonl")]
    [InlineData("{in}/rows.jsonl", "{in}/result.jsonl")]
    public async Task Job_ForbiddenContainer_Refused(string input, string output)
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync(Rows(1));
        await queue.Queue.SendMessageAsync($$"""{"id":"x","model":"echo","input":"{{Fill(input)}}","output":"{{Fill(output)}}","format":"jsonl"}""");
        await queue.StartAsync();

        Assert.Equal("TSF6002", Code(await queue.PoisonAsync()));
        Assert.True(await queue.NothingWrittenAsync());
        Assert.Empty(queue.Gateway.Answered);

        string Fill(string name) => name.Replace("{in}", queue.In.Name, StringComparison.Ordinal).Replace("{out}", queue.Out.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_UnknownModel_Refused()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync(Rows(1));
        await queue.Queue.SendMessageAsync(queue.Job(model: "other"));
        await queue.StartAsync();

        Assert.Equal("TSF4003", Code(await queue.PoisonAsync()));
        Assert.True(await queue.NothingWrittenAsync());
    }

    [Fact]
    public async Task Job_InputMissing_Refused()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        Assert.Equal("TSF6003", Code(await queue.PoisonAsync()));
    }

    [Fact]
    public async Task Job_PlaintextRows_RefusedByDefault()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Settings.Remove("InsecurePlaintextRows");
        await queue.UploadAsync(Rows(1));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        Assert.Equal("TSF6006", Code(await queue.PoisonAsync()));
        Assert.True(await queue.NothingWrittenAsync());
        Assert.False(queue.Log.Has(6012));
    }

    [Fact]
    public async Task Job_OutputOfAnother_RefusedAndLeftAlone()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync(Rows(1));
        await queue.Out.UploadBlobAsync("result.jsonl", BinaryData.FromString("mine"));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        Assert.Equal("TSF6005", Code(await queue.PoisonAsync()));
        Assert.Equal("mine", (await queue.Out.GetBlobClient("result.jsonl").DownloadContentAsync()).Value.Content.ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Job_DeliveredAgainAfterSuccess_ScoredOnce(bool inputRemoved)
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync(Rows(3));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();
        await queue.ResultAsync();
        await queue.EmptyAsync();
        var before = (await queue.Out.GetBlobClient("result.jsonl").GetPropertiesAsync()).Value.ETag;
        if (inputRemoved)
        {
            await queue.In.DeleteBlobAsync("rows.jsonl");
        }

        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.EmptyAsync();

        Assert.Equal(3, queue.Gateway.Answered.Count);
        Assert.Equal(before, (await queue.Out.GetBlobClient("result.jsonl").GetPropertiesAsync()).Value.ETag);
        Assert.True(queue.Log.Has(6004));
        Assert.False(await queue.Poison.ExistsAsync());
    }

    [Fact]
    public async Task Job_SameNameOtherInput_IsNotDone()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync(Rows(3));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();
        await queue.ResultAsync();
        await queue.EmptyAsync();

        await queue.UploadAsync(Rows(4));
        await queue.Queue.SendMessageAsync(queue.Job());

        Assert.Equal("TSF6005", Code(await queue.PoisonAsync()));
    }

    [Fact]
    public async Task Job_InputReplacedMidway_FailsAndWritesNothing()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { MaxDequeueCount = 1 };
        queue.Settings["ParallelRequests"] = "1";
        var replaced = 0;
        queue.Gateway.OnRequest = _ =>
        {
            if (Interlocked.Exchange(ref replaced, 1) == 0)
            {
                queue.In.GetBlobClient("rows.jsonl").Upload(BinaryData.FromString(Long('b')), overwrite: true);
            }
        };
        await queue.UploadAsync(Long('a'));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        Assert.Equal("TSF6004", Code(await queue.PoisonAsync()));
        Assert.True(await queue.NothingWrittenAsync());

        // Longer than one range of the download, so that reading goes on after the blob was replaced.
        static string Long(char c) => string.Concat(Enumerable.Range(0, 200).Select(n => $"\"{new string(c, 100_000)}\"\n"));
    }

    private static string Rows(int count) => string.Concat(Enumerable.Range(1, count).Select(n => $"\"text {n}\"\n"));

    private static string? Code(JsonElement poison) => poison.GetProperty("reason").GetProperty("code").GetString();
}
