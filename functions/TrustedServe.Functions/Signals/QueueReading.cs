using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>What was learnt of the queue at one time.</summary>
/// <param name="At">When, as a timestamp of the clock.</param>
/// <param name="InHand">The jobs that this instance had in hand then.</param>
/// <param name="Messages">All messages, approximately.</param>
/// <param name="First">The first that wait, as far as they are shown.</param>
/// <param name="Recent">Messages for models served here that were seen to wait of late, these included.</param>
internal sealed record QueueReading(long At, IReadOnlyCollection<JobProgress> InHand, long Messages, IReadOnlyList<WaitingMessage> First, IReadOnlyList<WaitingMessage> Recent)
{
    /// <summary>Whether no other message waits than those that were shown.</summary>
    public bool ShowsAll => First.Count < QueueLook.MostSeen;
}
