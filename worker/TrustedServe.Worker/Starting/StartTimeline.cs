using System.Globalization;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Starting;

/// <summary>Which part of the start took from when to when.</summary>
/// <param name="time">The clock.</param>
/// <param name="started">When the process started.</param>
internal sealed class StartTimeline(TimeProvider time, DateTimeOffset started)
{
    // To a hundredth of a millisecond.
    private const int Digits = 5;

    private readonly Lock gate = new();
    private readonly List<StartSpan> spans = [];

    /// <summary>Seconds since the process started.</summary>
    public double Now => Math.Round((time.GetUtcNow() - started).TotalSeconds, Digits);

    /// <summary>The parts so far, in the order of their beginnings.</summary>
    public IReadOnlyList<StartSpan> Spans
    {
        get
        {
            lock (gate)
            {
                var copies = spans.ConvertAll(span => span.Clone());
                copies.Sort((one, other) => (one.Started, one.Name).CompareTo((other.Started, other.Name)));
                return copies;
            }
        }
    }

    /// <summary>Begins a part, which ends at disposal; it takes the place of one that ended.</summary>
    public IDisposable Begin(string name)
    {
        var span = new StartSpan { Name = name, Started = Now };
        lock (gate)
        {
            Put(span);
        }

        return new Part(this, span);
    }

    /// <summary>Adds a part that ends now; it takes the place of one that ended.</summary>
    public void Add(string name, double since)
    {
        lock (gate)
        {
            // Never seen without its end: of several that are added at once, each takes the place of the one before.
            Put(new StartSpan { Name = name, Started = since, Ended = Now });
        }
    }

    /// <summary>The parts in one line, for logs: <c>name=started..ended</c> in seconds, separated by semicolons; without an end while a part lasts.</summary>
    public override string ToString() => string.Join(';', Spans.Select(span => string.Create(
        CultureInfo.InvariantCulture, $"{span.Name}={span.Started:0.000}..{(span.HasEnded ? span.Ended.ToString("0.000", CultureInfo.InvariantCulture) : string.Empty)}")));

    private void Put(StartSpan span)
    {
        // What was begun before and ended was in vain: a start that waits for days must not gather its attempts.
        spans.RemoveAll(before => before.Name == span.Name && before.HasEnded);
        spans.Add(span);
    }

    private sealed class Part(StartTimeline timeline, StartSpan span) : IDisposable
    {
        public void Dispose()
        {
            lock (timeline.gate)
            {
                span.Ended = timeline.Now;
            }
        }
    }
}
