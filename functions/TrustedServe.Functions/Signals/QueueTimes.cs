namespace TrustedServe.Functions.Signals;

/// <summary>
/// The mean of a quantity of late, out of totals that only grow: what was added within the last minute, or since the last time that
/// somebody asked when that is longer ago.
/// </summary>
internal sealed class QueueTimes
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(5);

    private readonly Queue<(TimeSpan At, double Count, double Sum)> totals = new();
    private (TimeSpan At, double Count, double Sum) newest;
    private TimeSpan marked;

    /// <summary>Takes in totals and gives the mean; 0 when nothing was added.</summary>
    public double Mean(TimeSpan at, double count, double sum)
    {
        // Totals of a worker that was started again begin anew.
        if (count < newest.Count)
        {
            totals.Clear();
            newest = default;
        }

        if (totals.Count == 0)
        {
            totals.Enqueue((at, newest.Count, newest.Sum));
            marked = at;
        }
        else if (at - marked >= Apart)
        {
            totals.Enqueue(newest);
            marked = at;
        }

        // The oldest that is left is the last before the window.
        while (totals.Count > 1 && at - totals.ElementAt(1).At >= Window)
        {
            totals.Dequeue();
        }

        newest = (at, count, sum);
        var since = totals.Peek();
        return count > since.Count && double.IsFinite(sum - since.Sum) ? (sum - since.Sum) / (count - since.Count) : 0;
    }
}
