namespace TrustedServe.Functions.Signals;

/// <summary>What one look at the queue shows.</summary>
/// <param name="Messages">How many messages it has, those in hand or between two tries included; the service calls it approximate.</param>
/// <param name="First">The first of those that wait, up to <see cref="MostSeen"/>: the service shows no more.</param>
/// <param name="Kept">What is kept of earlier work.</param>
internal sealed record QueueLook(long Messages, IReadOnlyList<SeenMessage> First, string? Kept)
{
    /// <summary>The most messages that the service shows.</summary>
    public const int MostSeen = 32;
}
