namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>One register: what the log replays to, and what the quote has.</summary>
/// <param name="Name">RTMR0 to RTMR3.</param>
/// <param name="Expected">The quote's value, 96 hex digits.</param>
/// <param name="Replayed">The log's value, 96 hex digits.</param>
/// <param name="Events">How many events the log extends into it.</param>
/// <param name="Matches">The two are equal.</param>
/// <param name="ReachedAfter">
/// Where they differ, but the quote's value is that of the register at an earlier place of the log: how many of the events
/// had been extended then (0: none). The later ones are invented, or came after the quote. Null otherwise.
/// </param>
public sealed record RegisterVerdict(string Name, string Expected, string Replayed, int Events, bool Matches, int? ReachedAfter);
