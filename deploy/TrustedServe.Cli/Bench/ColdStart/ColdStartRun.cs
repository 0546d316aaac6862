using TrustedServe.Cli.Bench.Load;
using TrustedServe.Cli.Bench.Requests;
using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Bench.ColdStart;

/// <summary>Starts a stack, asks a model once, and stops it.</summary>
internal static class ColdStartRun
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);
    private static readonly LengthDistribution ShortText = new([(8, 1)]);

    /// <summary>Runs it.</summary>
    /// <param name="options">What to start.</param>
    /// <param name="model">The model that is asked; null to stop at ready.</param>
    /// <param name="rows">File with the first request; null for a short text.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TsfException">A model did not start, or did not answer.</exception>
    public static async Task<ColdStartResult> RunAsync(LocalStackOptions options, string? model, string? rows, CancellationToken cancellationToken)
    {
        var timeline = new StartTimeline();
        await using var stack = await BenchStack.StartAsync(options, (line, since) => timeline.Add(line, since.TotalSeconds), cancellationToken);
        if (model is null)
        {
            return new ColdStartResult(timeline, stack.Ready.TotalSeconds, null);
        }

        var mix = new RequestMix(stack.Address, model, apiKey: null);
        var request = rows is null ? mix.FromTexts(ShortText, WordList.English, rows: 1, seed: 1)[0] : mix.FromRows(rows)[0];
        using var connection = new LoadConnection(stack.Address, AnswerLimit);
        var asked = stack.Elapsed.TotalSeconds;
        var outcome = connection.Exchange(request, look: true);
        var answered = stack.Elapsed.TotalSeconds;
        if (outcome is not LoadConnection.Fine)
        {
            throw TsfErrors.WorkerLost.With($"The first request to {model} got no answer: {outcome}. --rows names a file with a request that the model takes.");
        }

        timeline.AddAnswer(model, asked, answered);
        return new ColdStartResult(timeline, stack.Ready.TotalSeconds, answered);
    }
}
