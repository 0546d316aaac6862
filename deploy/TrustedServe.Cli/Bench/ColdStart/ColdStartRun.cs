using TrustedServe.Cli.Bench.Load;
using TrustedServe.Cli.Bench.Requests;
using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Bench.ColdStart;

/// <summary>Starts a stack, asks a model once, and stops it.</summary>
/// <param name="options">What to start.</param>
/// <param name="model">The model that is asked; null to stop at ready.</param>
/// <param name="rows">File with the first request; null for a short text.</param>
/// <param name="held">
/// Whether the request comes as soon as the front end listens, as the event does that woke it: the front end holds it until the model
/// has started. Otherwise it comes when all are ready.
/// </param>
internal sealed class ColdStartRun(LocalStackOptions options, string? model, string? rows, bool held)
{
    private const string Deadline = "Http:RequestTimeoutSeconds";
    private const int LongestStartSeconds = 600;

    private static readonly LengthDistribution ShortText = new([(8, 1)]);

    /// <summary>Runs it.</summary>
    /// <exception cref="TsfException">A model did not start, or did not answer.</exception>
    public async Task<ColdStartResult> RunAsync(CancellationToken cancellationToken)
    {
        var timeline = new StartTimeline();
        Task<double>? early = null;
        await using var stack = await BenchStack.StartAsync(
            held ? Patient() : options,
            (line, since) =>
            {
                timeline.Add(line, since.TotalSeconds);
                if (held && model is not null && line.Id == LogIds.Listening)
                {
                    early = Task.Run(() => Ask(new Uri(line["Url"]), timeline, since, model), CancellationToken.None);
                }
            },
            cancellationToken);
        return new ColdStartResult(
            timeline,
            stack.Ready.TotalSeconds,
            model is null ? null : early is null ? Ask(stack.Address, timeline, stack.Elapsed, model) : await early);
    }

    /// <returns>When the answer was there.</returns>
    private double Ask(Uri address, StartTimeline timeline, TimeSpan asked, string asking)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var mix = new RequestMix(address, asking, apiKey: null);
        var request = rows is null ? mix.FromTexts(ShortText, WordList.English, rows: 1, seed: 1)[0] : mix.FromRows(rows)[0];
        using var connection = new LoadConnection(address, TimeSpan.FromSeconds(LongestStartSeconds));
        var outcome = connection.Exchange(request, look: true);
        if (outcome is not LoadConnection.Fine)
        {
            throw TsfErrors.WorkerLost.With($"The first request to {asking} got no answer: {outcome}. --rows names a file with a request that the model takes.");
        }

        var answered = (asked + TimeProvider.System.GetElapsedTime(begun)).TotalSeconds;
        timeline.AddAnswer(asking, asked.TotalSeconds, answered);
        return answered;
    }

    // Held for as long as the start takes: it is what is measured.
    private LocalStackOptions Patient() => options.Settings.ContainsKey(Deadline)
        ? options
        : options with { Settings = new Dictionary<string, string>(options.Settings) { [Deadline] = $"{LongestStartSeconds}" } };
}
