using TrustedServe.Protocol.Scheduling;

namespace TrustedServe.Worker.Lanes;

/// <summary>What one caller has waiting: a line for each priority, first in, first out.</summary>
internal sealed class CallerLine(string caller)
{
    private readonly WaitingLine?[] lines = new WaitingLine?[RequestPriority.Count];

    /// <summary>The caller's tag.</summary>
    public string Caller => caller;

    /// <summary>How many requests wait.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens that the caller has been given, set forward whenever it comes back to a line; see rule 6.</summary>
    public long Served { get; set; }

    /// <summary>Its place among the callers that have something waiting.</summary>
    public int Place { get; set; }

    /// <summary>Appends to the line of the work's priority.</summary>
    public void Add(LaneWork work)
    {
        (lines[IndexOf(work)] ??= new WaitingLine()).Add(work);
        Count++;
    }

    /// <summary>Takes one out.</summary>
    public void Remove(LaneWork work)
    {
        lines[IndexOf(work)]!.Remove(work);
        Count--;
    }

    /// <summary>The first of each priority that has any, most urgent first.</summary>
    public LaneWork? FirstOf(int index) => lines[index]?.First;

    /// <summary>The least urgent, and of those the newest.</summary>
    public LaneWork? LeastUrgent()
    {
        for (var index = lines.Length - 1; index >= 0; index--)
        {
            if (lines[index]?.Last is { } last)
            {
                return last;
            }
        }

        return null;
    }

    private static int IndexOf(LaneWork work) => work.Priority - SchedulingParameters.MostUrgent;
}
