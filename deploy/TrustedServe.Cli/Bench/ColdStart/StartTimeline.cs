using TrustedServe.Cli.Hosting;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Bench.ColdStart;

/// <summary>What a start consisted of, from the log of the front end and the first answers.</summary>
/// <remarks>
/// A worker's steps stand for its start until it is ready; then it says by itself which part took from when to when, and since parts
/// overlap these say more than steps, each of which seems to begin where the one before it ended.
/// </remarks>
internal sealed class StartTimeline
{
    private const string FrontEnd = "front end";
    private readonly Lock gate = new();
    private readonly List<TimelineStep> steps = [];

    // Of each worker: when its process was started, and where its last step ended.
    private readonly Dictionary<string, (double Started, double Last)> workers = new(StringComparer.Ordinal);

    /// <summary>The steps in the order of their beginnings.</summary>
    public IReadOnlyList<TimelineStep> Steps
    {
        get
        {
            lock (gate)
            {
                return [.. steps.OrderBy(step => step.Begin).ThenBy(step => step.End)];
            }
        }
    }

    /// <summary>Takes a line of the log that came at a time.</summary>
    public void Add(LogEvent line, double seconds)
    {
        lock (gate)
        {
            var worker = $"{line["Model"]} {line["Version"]}";
            switch (line.Id)
            {
                case LogIds.Listening:
                    steps.Add(new TimelineStep(FrontEnd, "listening", 0, seconds));
                    break;
                case LogIds.WorkerStarted:
                    workers[worker] = (seconds, seconds);
                    steps.Add(new TimelineStep(worker, "process started", 0, seconds));
                    break;
                case LogIds.WorkerStep when workers.TryGetValue(worker, out var times):
                    // The worker's own clock says when; the line may have waited for its reader. A process begins before the call that
                    // starts it returns: the line that came soonest after its moment says best when.
                    var started = Math.Max(0, Math.Min(times.Started, seconds - line.Number("Seconds")));
                    var end = Math.Clamp(started + line.Number("Seconds"), times.Last, Math.Max(times.Last, seconds));
                    steps.Add(new TimelineStep(worker, StartProgress.Meaning(line["Phase"]), times.Last, end));
                    workers[worker] = (started, end);
                    AddParts(line, worker, started);
                    break;
                case LogIds.Ready:
                    steps.Add(new TimelineStep(FrontEnd, "every model is ready", 0, seconds));
                    break;
            }
        }
    }

    /// <summary>Adds what the client measured.</summary>
    public void AddAnswer(string model, double begin, double end)
    {
        lock (gate)
        {
            steps.Add(new TimelineStep("client", $"first answer of {model}", begin, end));
        }
    }

    private void AddParts(LogEvent line, string worker, double started)
    {
        var parts = StartParts.Parse(StartProgress.Details(line["Details"]).GetValueOrDefault(StartParts.Detail, string.Empty));
        if (parts.Count > 0)
        {
            steps.RemoveAll(step => step.Actor == worker && step.Begin >= started);
            steps.AddRange(parts.Select(part => new TimelineStep(worker, part.Name, started + part.Begin, started + part.End)));
        }
    }
}
