using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>
/// A queue, its containers and a model that takes a set time for each request: what front ends of a test share. Their workers are
/// doubles, so that a job's length is known and its result can be compared row by row.
/// </summary>
public sealed class PacedStack : IAsyncDisposable
{
    /// <summary>The model; an answer takes as many milliseconds.</summary>
    public const string Model = "paced-30";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory directory = new();
    private readonly Azurite azurite;
    private readonly Dictionary<string, int> jobs = [];

    private PacedStack(Azurite azurite, bool ownsAzurite)
    {
        (this.azurite, OwnsAzurite) = (azurite, ownsAzurite);
        Queue = new QueueClient(azurite.ConnectionString, $"q{Guid.NewGuid():N}"[..13]);
        Poison = new QueueClient(azurite.ConnectionString, Queue.Name + "-poison");
        Input = new BlobContainerClient(azurite.ConnectionString, Queue.Name + "-in");
        Results = new BlobContainerClient(azurite.ConnectionString, Queue.Name + "-out");
    }

    public QueueClient Queue { get; }

    public QueueClient Poison { get; }

    public BlobContainerClient Input { get; }

    public BlobContainerClient Results { get; }

    private bool OwnsAzurite { get; }

    /// <summary>Creates all of it.</summary>
    /// <param name="azurite">The emulator.</param>
    /// <param name="maxDequeueCount">Tries; with 1 any try that is counted and not finished is the last.</param>
    /// <param name="ownsAzurite">Whether the emulator ends with this.</param>
    /// <param name="visibilitySeconds">How long a message stays invisible between renewals.</param>
    public static async Task<PacedStack> CreateAsync(Azurite azurite, int maxDequeueCount = 1, bool ownsAzurite = false, int visibilitySeconds = 30)
    {
        var stack = new PacedStack(azurite, ownsAzurite);
        await stack.Queue.CreateAsync();
        await stack.Input.CreateAsync();
        await stack.Results.CreateAsync();
        await File.WriteAllTextAsync(
            stack.directory["index.json"], """{"formatVersion":1,"models":{"MODEL":{"default":"1","versions":{"1":{"blob":"paced.sealed"}}}}}""".Replace("MODEL", Model, StringComparison.Ordinal));
        await File.WriteAllTextAsync(
            stack.directory["host.json"],
            $$"""{ "version": "2.0", "extensions": { "queues": { "batchSize": 2, "maxDequeueCount": {{maxDequeueCount}}, "visibilityTimeout": "{{TimeSpan.FromSeconds(visibilitySeconds)}}" } } }""");
        return stack;
    }

    /// <summary>Starts a front end on the queue, with more arguments.</summary>
    public FrontEndProcess Start(params string[] more) => StartAt(azurite.ConnectionString, more);

    /// <summary>The same, with one of the usual arguments left out for one of those given.</summary>
    public FrontEndProcess Start(string replaced, string[] more) =>
        FrontEndProcess.Start([.. Usual(azurite.ConnectionString).Where(argument => !argument.StartsWith(replaced, StringComparison.Ordinal)), .. more]);

    /// <summary>The same, with a signal ignored from the start.</summary>
    public FrontEndProcess StartIgnoring(string signal) => FrontEndProcess.StartIgnoring(signal, Usual(azurite.ConnectionString));

    /// <summary>The same, with the account elsewhere.</summary>
    public FrontEndProcess StartAt(string connectionString, params string[] more) => FrontEndProcess.Start([.. Usual(connectionString), .. more]);

    /// <summary>The account's connection string with its queues at another port of this machine.</summary>
    public string QueuesAt(int port) => azurite.ConnectionString.Replace($":{azurite.QueueEndpoint.Port}/", $":{port}/", StringComparison.Ordinal);

    /// <summary>Uploads rows and sends the message of a job over them; 4 rows take the model's time once.</summary>
    public async Task SendAsync(string job, int rows)
    {
        var text = new StringBuilder();
        for (var row = 1; row <= rows; row++)
        {
            text.Append($$"""{"x":[{{row}},{{rows}}]}""").Append('\n');
        }

        await Input.UploadBlobAsync(job, BinaryData.FromString(text.ToString()));
        jobs[job] = rows;
        await SendMessageAsync(job);
    }

    /// <summary>Sends the message of a job.</summary>
    public Task SendMessageAsync(string job) => Queue.SendMessageAsync(
        $$"""{"id":"{{job}}","model":"{{Model}}","input":"{{Input.Name}}/{{job}}","output":"{{Results.Name}}/{{job}}","format":"jsonl"}""");

    /// <summary>Waits until no message is left, then compares every result with its rows, one by one, and sees that nothing was given up.</summary>
    public async Task CheckAsync()
    {
        using (var limit = new CancellationTokenSource(Limit))
        {
            while ((await Queue.GetPropertiesAsync(limit.Token)).Value.ApproximateMessagesCount > 0)
            {
                await Task.Delay(100, limit.Token);
            }
        }

        Assert.False(await Poison.ExistsAsync(), "A message was given up: a drain counted a try.");
        foreach (var (job, rows) in jobs)
        {
            await CheckResultAsync(job, rows);
        }
    }

    /// <summary>Compares one result with its rows.</summary>
    public async Task CheckResultAsync(string job, int rows)
    {
        var lines = (await Results.GetBlobClient(job).DownloadContentAsync()).Value.Content.ToString().Split('\n');
        Assert.Equal(rows + 1, lines.Length);
        Assert.Empty(lines[^1]);
        for (var row = 1; row <= rows; row++)
        {
            var line = JsonElement.Parse(lines[row - 1]);
            Assert.Equal(row, line.GetProperty("row").GetInt32());
            Assert.Equal([row, rows], line.GetProperty("x").EnumerateArray().Select(value => value.GetDouble()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (OwnsAzurite)
        {
            await azurite.DisposeAsync();
        }
        else
        {
            await Input.DeleteIfExistsAsync();
            await Results.DeleteIfExistsAsync();
            await Queue.DeleteIfExistsAsync();
            await Poison.DeleteIfExistsAsync();
        }

        directory.Dispose();
    }

    private string[] Usual(string connectionString) =>
    [
        $"--host-json={directory["host.json"]}",
        $"--TrustedServe:Models:Store={directory.Path}",
        "--TrustedServe:Http:Listen=http://127.0.0.1:0",
        "--TrustedServe:Health:Listen=http://127.0.0.1:0",
        "--TrustedServe:Trust:Broker=http://127.0.0.1:1",
        "--TrustedServe:Trust:InsecureSimulatedEvidence=true",
        $"--TrustedServe:Worker:Executable={Repository.Executable("tests", "TrustedServe.WorkerDouble")}",
        $"--TrustedServe:Queue:Name={Queue.Name}",
        $"--TrustedServe:Queue:ConnectionString={connectionString}",
        $"--TrustedServe:Queue:AllowedInputContainers:0={Input.Name}",
        $"--TrustedServe:Queue:AllowedOutputContainers:0={Results.Name}",
        "--TrustedServe:Queue:InsecurePlaintextRows=true",
        "--TrustedServe:Queue:RowsPerRequest=4",
        "--TrustedServe:Queue:ParallelRequests=1",
        "--TrustedServe:Queue:PollMinSeconds=0.05",
        "--TrustedServe:Queue:PollMaxSeconds=0.2",
        "--TrustedServe:Queue:RetryDelaySeconds=0",
    ];
}
