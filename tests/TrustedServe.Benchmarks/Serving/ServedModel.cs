using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TrustedServe.Benchmarks.PlainWorkers;
using TrustedServe.Cli.Bench;
using TrustedServe.Cli.Bench.ColdStart;
using TrustedServe.Cli.Bench.Load;
using TrustedServe.Cli.Bench.Requests;
using TrustedServe.Cli.Hosting;

namespace TrustedServe.Benchmarks.Serving;

/// <summary>A model behind HTTP: front end and worker as processes.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private const int Distinct = 16;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestChange = TimeSpan.FromSeconds(90);
    private readonly BenchModel model;
    private readonly BenchStack stack;
    private readonly string? apiKey;

    private ServedModel(BenchModel model, BenchStack stack, string? apiKey, string weights, StartTimeline timeline, int worker, TimeSpan firstAnswer)
    {
        (this.model, this.stack, this.apiKey) = (model, stack, apiKey);
        (WeightsDirectory, Timeline, Worker, FirstAnswer) = (weights, timeline, worker, firstAnswer);
    }

    /// <summary>Address of the HTTP trigger.</summary>
    public Uri Address => stack.Address;

    /// <summary>Address of health, metrics and signals.</summary>
    public Uri Health => stack.Health;

    /// <summary>The worker's process.</summary>
    public int Worker { get; }

    /// <summary>Memory-backed directory of its weights.</summary>
    public string WeightsDirectory { get; }

    /// <summary>Bytes of the worker and of its memory-backed files that were still there when everything had ended; known after disposal.</summary>
    public long LeftBehind { get; private set; }

    /// <summary>The steps of its start.</summary>
    public StartTimeline Timeline { get; }

    /// <summary>From the start of the front end's process to the answer to who asked as soon as it listened; zero when nobody did.</summary>
    public TimeSpan FirstAnswer { get; }

    /// <summary>Starts it as it is meant to be: sealed, attested (simulated), hardened, and, when <paramref name="authorised"/>, with API keys.</summary>
    public static async Task<ServedModel> StartAsync(
        BenchContext context, BenchModel model, bool authorised, CancellationToken cancellationToken, Dictionary<string, string>? settings = null, Dictionary<string, string>? secrets = null, Action<int, string>? workerStarted = null, int? firstTokens = null)
    {
        var all = new Dictionary<string, string>(settings ?? []);
        string? key = null;
        if (authorised)
        {
            var file = context[$"keys-{Guid.NewGuid():N}.json"];
            key = await context.ApiKeyAsync(file);
            all["Http:ApiKeysFile"] = file;
        }

        return await StartAsync(context, model, key, all, secrets, workerStarted, firstTokens, cancellationToken);
    }

    /// <summary>Starts it with everything off that belongs to trust; see <see cref="PlainWorker"/>.</summary>
    public static Task<ServedModel> StartPlainAsync(BenchContext context, BenchModel model, CancellationToken cancellationToken, int? firstTokens = null)
    {
        var directory = Path.GetDirectoryName(model.Store)!;
        var settings = new Dictionary<string, string> { ["Worker:Executable"] = PlainWorker.WriteProgram(directory, Path.Combine(directory, "plain")) };
        return StartAsync(context, model, null, settings, null, null, firstTokens, cancellationToken);
    }

    /// <summary>Requests of the graph's own tensors.</summary>
    public List<PreparedRequest> Tensors(int tokens, int batch = 1) => Tensors(model, stack.Address, apiKey, tokens, batch);

    private static List<PreparedRequest> Tensors(BenchModel model, Uri address, string? apiKey, int tokens, int batch)
    {
        var noise = new Bert.SeededNoise(1);
        var mask = string.Join(',', Enumerable.Repeat(1, tokens * batch));
        return [.. Enumerable.Range(0, Distinct).Select(_ =>
        {
            var ids = string.Join(',', Enumerable.Range(0, tokens * batch).Select(_ => noise.Below(model.Shape!.Vocabulary)));
            var json = $$"""{"inputs":[{"name":"input_ids","shape":[{{batch}},{{tokens}}],"datatype":"INT64","data":[{{ids}}]},{"name":"attention_mask","shape":[{{batch}},{{tokens}}],"datatype":"INT64","data":[{{mask}}]}]}""";
            return PreparedRequest.Post(address, $"/v2/models/{model.Name}/infer", apiKey, json, batch, tokens * batch);
        })];
    }

    /// <summary>Texts whose lengths follow a distribution.</summary>
    public List<PreparedRequest> Texts(LengthDistribution lengths, int batch = 1) =>
        new RequestMix(stack.Address, model.Name, apiKey).FromTexts(lengths, WordList.FromVocabulary(Path.Combine(model.Package, "vocab.txt")), batch, seed: 1);

    /// <summary>The rows of a file.</summary>
    public List<PreparedRequest> Rows(string file) => new RequestMix(stack.Address, model.Name, apiKey).FromRows(file);

    /// <summary>Loads it.</summary>
    public Task<LoadResult> LoadAsync(IReadOnlyList<PreparedRequest> requests, TimeSpan duration, CancellationToken cancellationToken, int? connections = null, double? rate = null) =>
        LoadGenerator.RunAsync(new LoadPlan { Address = stack.Address, Requests = requests, Connections = connections ?? Environment.ProcessorCount, Rate = rate, WarmUp = WarmUp, Duration = duration }, cancellationToken);

    /// <summary>Loads it for a while that no measurement counts: until the weights are prepacked, and at least so long that the compiler of hot code has ended.</summary>
    public async Task SettleAsync(IReadOnlyList<PreparedRequest> requests, TimeSpan least, CancellationToken cancellationToken, int? connections = null)
    {
        var begun = Stopwatch.GetTimestamp();
        do
        {
            await LoadAsync(requests, Slice, cancellationToken, connections ?? 2 * Environment.ProcessorCount);
        }
        while (Stopwatch.GetElapsedTime(begun) is var elapsed && (elapsed < least || (ProcessMemory.Files(WeightsDirectory) > 0 && elapsed < LongestChange)));
    }

    /// <summary>Sends one request.</summary>
    /// <exception cref="InvalidOperationException">It got no good answer.</exception>
    public void Ask(PreparedRequest request) => Ask(model, stack.Address, request);

    private static void Ask(BenchModel model, Uri address, PreparedRequest request)
    {
        using var connection = new LoadConnection(address, TimeSpan.FromSeconds(60));
        var outcome = connection.Exchange(request, look: true);
        if (outcome is not LoadConnection.Fine)
        {
            throw new InvalidOperationException($"{model.Name}: {outcome}");
        }
    }

    /// <summary>The mean share of padding in its runs until now, 0 to 1.</summary>
    public Task<double> PaddingAsync(CancellationToken cancellationToken) => MeanAsync("padding", cancellationToken);

    /// <summary>How many requests shared a run in the mean until now.</summary>
    public Task<double> RequestsARunAsync(CancellationToken cancellationToken) => MeanAsync("run_requests", cancellationToken);

    /// <summary>A client that shows its key.</summary>
    public HttpClient Client() => new() { BaseAddress = stack.Address, DefaultRequestHeaders = { Authorization = apiKey is null ? null : new("Bearer", apiKey) } };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stack.DisposeAsync();
        LeftBehind = ProcessMemory.Of(Worker, WeightsDirectory);
        if (Directory.Exists(WeightsDirectory))
        {
            Directory.Delete(WeightsDirectory, recursive: true);
        }
    }

    private async Task<double> MeanAsync(string histogram, CancellationToken cancellationToken)
    {
        using var client = Client();
        var answer = JsonElement.Parse(await client.GetStringAsync($"/v2/models/{model.Name}/stats", cancellationToken));
        var lanes = answer.GetProperty("model_stats")[0].GetProperty("trustedserve").GetProperty("workers").EnumerateArray()
            .SelectMany(worker => worker.GetProperty("lanes").EnumerateArray()).Select(lane => lane.GetProperty(histogram)).ToList();
        return lanes.Sum(lane => lane.GetProperty("sum").GetDouble()) / lanes.Sum(lane => lane.GetProperty("counts").EnumerateArray().Sum(count => count.GetDouble()));
    }

    private static async Task<ServedModel> StartAsync(
        BenchContext context, BenchModel model, string? key, Dictionary<string, string> settings, Dictionary<string, string>? secrets, Action<int, string>? workerStarted, int? firstTokens, CancellationToken cancellationToken)
    {
        // Its own, so that what it holds can be told from what others hold.
        var weights = Directory.CreateDirectory($"/dev/shm/tsf-bench-{Guid.NewGuid():N}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        settings["Worker:WeightsDirectory"] = weights;
        var timeline = new StartTimeline();
        var worker = 0;
        var first = Task.FromResult(TimeSpan.Zero);
        if (firstTokens is not null)
        {
            settings["Http:HoldSeconds"] = settings["Http:RequestTimeoutSeconds"] = "60";
        }

        try
        {
            var stack = await BenchStack.StartAsync(
                await context.StackAsync(model, settings, secrets ?? [], cancellationToken),
                (line, since) =>
                {
                    timeline.Add(line, since.TotalSeconds);
                    if (line.Id == LogIds.WorkerStarted)
                    {
                        worker = int.Parse(line["Process"], CultureInfo.InvariantCulture);
                        workerStarted?.Invoke(worker, weights);
                    }
                    else if (line.Id == LogIds.Listening && firstTokens is { } tokens)
                    {
                        var listening = Stopwatch.GetTimestamp();
                        first = Task.Run(() =>
                        {
                            var address = new Uri(line["Url"]);
                            Ask(model, address, Tensors(model, address, key, tokens, batch: 1)[0]);
                            return since + Stopwatch.GetElapsedTime(listening);
                        });
                    }
                },
                cancellationToken);
            return new ServedModel(model, stack, key, weights, timeline, worker, await first);
        }
        catch
        {
            Directory.Delete(weights, recursive: true);
            throw;
        }
    }
}
