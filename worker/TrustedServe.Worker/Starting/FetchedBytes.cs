namespace TrustedServe.Worker.Starting;

/// <summary>The bytes that come from a remote store: how many, and from when to when. Their part of the time line ends with the latest.</summary>
internal sealed class FetchedBytes(StartPortion portion, StartTimeline timeline) : IProgress<long>
{
    private readonly double begun = timeline.Now;

    /// <inheritdoc/>
    public void Report(long value)
    {
        portion.Report(value);
        timeline.Add("fetch", begun);
    }
}
