using System.Text.Json;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Queue;

/// <summary>What becomes of rows that are bad, that the model fails on, or that come while it is busy.</summary>
public sealed class BatchRowsTests(AzuriteFixture fixture)
{
    [Fact]
    public async Task Rows_BadOnesBetween_GetErrorsAndNeighboursResults()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        var deep = new string('[', 80) + new string(']', 80);
        var input = string.Join('\n',
            "\"one\"", // 1
            "", // 2: empty
            "not json", // 3
            "{\"text\":\"four\",\"id\":\"a\\\"b\"}\r", // 4: with an id and a carriage return
            "{\"text\":\"five\",\"text\":\"again\"}", // 5: member twice
            deep, // 6: nested too deep
            "{\"id\":7}", // 7: no text, but an id
            "{\"text\":\"eight\",\"id\":[1]}", // 8: an id that is none
            "42", // 9: not a text
            "\"ten\" \"more\"", // 10: two values
            "{\"text\":\"eleven\",\"id\":11}",
            "\"\\ud800\"", // 12: half a surrogate pair
            "\"thirteen\""); // no newline at the end
        await queue.UploadAsync(input);
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var result = await queue.ResultAsync();

        Assert.Equal(Enumerable.Range(1, 13), result.Select(line => line.GetProperty("row").GetInt32()));
        Assert.Equal(["one", "four", "eleven", "thirteen"], result.Where(line => line.TryGetProperty("label", out _)).Select(line => line.GetProperty("label").GetString()));
        Assert.Equal([2, 3, 5, 6, 7, 8, 9, 10, 12], result.Where(line => line.TryGetProperty("error", out _)).Select(line => line.GetProperty("row").GetInt32()));
        Assert.Equal("a\"b", result[3].GetProperty("id").GetString());
        Assert.Equal(7, result[6].GetProperty("id").GetInt32());
        Assert.Equal(11, result[10].GetProperty("id").GetInt32());
        Assert.All([1, 2, 4, 5, 7, 9, 11], index => Assert.Equal("TSF6008", Code(result[index])));
        Assert.StartsWith("Row 9", result[8].GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        await queue.EmptyAsync(); // a job is counted before its message goes
        Assert.Equal((1, 13, 9), (queue.Jobs.Completed, queue.Jobs.Rows, queue.Jobs.FailedRows));
    }

    [Fact]
    public async Task Rows_NotUtf8OrTooLong_GetErrors()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        byte[] input = [0xEF, 0xBB, 0xBF, .. "\"a\"\n\""u8, 0xFF, .. "\"\n\""u8, .. new string('x', 5 << 20).Select(c => (byte)c), .. "\"\n\"b\"\n"u8];
        await queue.In.GetBlobClient("rows.jsonl").UploadAsync(BinaryData.FromBytes(input));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var result = await queue.ResultAsync();

        Assert.Equal(["a", "TSF6008", "TSF6008", "b"], result.Select(line => line.TryGetProperty("label", out var label) ? label.GetString() : Code(line)));
    }

    [Fact]
    public async Task Input_Empty_GivesEmptyResult()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync("");
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        Assert.Empty(await queue.ResultAsync());
        await queue.EmptyAsync();
    }

    [Theory]
    [InlineData("TSF5006")]
    [InlineData("TSF4002")]
    [InlineData("TSF4007")]
    [InlineData("TSF4013")]
    [InlineData("TSF0001")]
    public async Task Row_ModelFailsOn_LeavesNeighboursAlone(string code)
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Gateway.OnRequest = texts =>
        {
            if (texts.Any(text => text is "text 7" or "text 30"))
            {
                throw TsfErrors.Find(code)!.With("The model failed on an input.");
            }
        };
        await queue.UploadAsync(string.Concat(Enumerable.Range(1, 40).Select(n => $"\"text {n}\"\n")));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var result = await queue.ResultAsync();

        Assert.Equal([7, 30], result.Where(line => line.TryGetProperty("error", out _)).Select(line => line.GetProperty("row").GetInt32()));
        Assert.Equal(code, Code(result[6]));
        Assert.Equal(38, result.Count(line => line.TryGetProperty("label", out _)));
    }

    [Fact]
    public async Task Worker_BusyForAWhile_IsWaitedFor()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        var refusals = new Queue<ErrorCode>([TsfErrors.Overloaded, TsfErrors.WorkerLost, TsfErrors.ModelNotReady, TsfErrors.Overloaded]);
        queue.Gateway.OnRequest = _ =>
        {
            lock (refusals)
            {
                if (refusals.TryDequeue(out var refusal))
                {
                    throw refusal.With("Not now.");
                }
            }
        };
        var starting = 3;
        queue.Gateway.OnResolve = () => _ = Interlocked.Decrement(ref starting) >= 0 ? throw TsfErrors.ModelNotReady.With("Starting.") : 0;
        await queue.UploadAsync(string.Concat(Enumerable.Range(1, 100).Select(n => $"\"text {n}\"\n")));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var result = await queue.ResultAsync();

        Assert.Equal(Enumerable.Range(1, 100).Select(n => $"text {n}"), result.Select(line => line.GetProperty("label").GetString()));
        Assert.False(queue.Log.Has(6005));
    }

    [Fact]
    public async Task Worker_WhoseAttestationEnded_IsWaitedFor()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        var refusals = 5; // as many as a batch has halves, down to the row alone
        queue.Gateway.OnRequest = texts =>
        {
            if (texts.Contains("text 20") && Interlocked.Decrement(ref refusals) >= 0)
            {
                throw TsfErrors.AttestationExpired.With("It stops.");
            }
        };
        await queue.UploadAsync(string.Concat(Enumerable.Range(1, 40).Select(n => $"\"text {n}\"\n")));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var result = await queue.ResultAsync();

        Assert.Equal(Enumerable.Range(1, 40).Select(n => $"text {n}"), result.Select(line => line.TryGetProperty("label", out var label) ? label.GetString() : Code(line)));
    }

    [Theory]
    [InlineData("TSF4012")]
    [InlineData("TSF5001")]
    [InlineData("TSF5002")]
    [InlineData("TSF5003")]
    [InlineData("TSF5007")]
    [InlineData("TSF5008")]
    [InlineData("TSF5009")]
    [InlineData("TSF4003")]
    [InlineData("TSF4004")]
    [InlineData("TSF4011")]
    [InlineData("TSF4016")]
    public async Task Worker_NotToBeHad_FailsJobNotRows(string code)
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { MaxDequeueCount = 2 };
        queue.Settings["BusyLimitSeconds"] = "0";
        queue.Gateway.OnRequest = texts =>
        {
            if (texts.Contains("text 20"))
            {
                throw TsfErrors.Find(code)!.With("Not now.");
            }
        };
        await queue.UploadAsync(string.Concat(Enumerable.Range(1, 40).Select(n => $"\"text {n}\"\n")));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        Assert.Equal(code, (await queue.PoisonAsync()).GetProperty("reason").GetProperty("code").GetString());
        Assert.True(await queue.NothingWrittenAsync());
    }

    [Fact]
    public async Task Output_ContainerMissing_FailsBeforeTheWork()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { MaxDequeueCount = 1 };
        await queue.Out.DeleteAsync();
        await queue.UploadAsync("\"a\"\n");
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var reason = (await queue.PoisonAsync()).GetProperty("reason");

        Assert.Equal("TSF6009", reason.GetProperty("code").GetString());
        Assert.Contains(queue.Out.Name, reason.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(queue.Gateway.Answered);
    }

    [Fact]
    public async Task Answers_WithoutRowsOfTheirOwn_AreAskedForRowByRow()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Gateway.AnswersPairs = true;
        await queue.UploadAsync(string.Concat(Enumerable.Range(1, 40).Select(n => $"{{\"text\":\"text {n}\"}}\n")));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var result = await queue.ResultAsync();

        Assert.Equal(Enumerable.Range(1, 40).Select(n => $"[[\"text {n}\"],[\"text {n}\"]]"), result.Select(line => line.GetProperty("labels").GetRawText()));
    }

    [Fact]
    public async Task Gateway_UnforeseenFailure_IsNotQuoted()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { MaxDequeueCount = 1 };
        queue.Gateway.OnRequest = texts => throw new InvalidOperationException("quotes " + texts[0]);
        await queue.UploadAsync("\"a secret row\"\n");
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var poison = await queue.PoisonAsync();

        Assert.Equal("TSF0001", poison.GetProperty("reason").GetProperty("code").GetString());
        Assert.DoesNotContain("secret", poison.GetRawText(), StringComparison.Ordinal);
        Assert.True(queue.Log.Has(6013));
        Assert.DoesNotContain(queue.Log.Lines, line => line.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Result_ManyBlocks_IsWholeAndInOrder()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        var filling = new string('ü', 50_000);
        await queue.UploadAsync(string.Concat(Enumerable.Range(1, 60).Select(n => $"{{\"text\":\"{n} {filling}\",\"id\":{n}}}\n")));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();

        var result = await queue.ResultAsync();

        Assert.Equal(Enumerable.Range(1, 60).Select(n => $"{n} {filling}"), result.Select(line => line.GetProperty("label").GetString()));
        Assert.True((await queue.Out.GetBlobClient("result.jsonl").GetPropertiesAsync()).Value.ContentLength > 8 << 20);
    }

    private static string? Code(JsonElement line) => line.GetProperty("error").GetProperty("code").GetString();
}
