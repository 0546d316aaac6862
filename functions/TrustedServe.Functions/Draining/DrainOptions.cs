namespace TrustedServe.Functions.Draining;

/// <summary>How an instance ends (section <c>TrustedServe:Drain</c>).</summary>
internal sealed record DrainOptions
{
    // What handing back and ending workers may take.
    private const double LongestReserve = 5;

    // Longer than a caller's pause between an answer and the next request on a new connection.
    private const double LongestRefusal = 1;

    /// <summary>
    /// Seconds from the signal to the end, 0 to 86400; default 30, as Kubernetes gives a pod. It must be what the outside grants
    /// (<c>terminationGracePeriodSeconds</c>). 0 hands everything back at once.
    /// </summary>
    public int GraceSeconds { get; init; } = 30;

    /// <summary>
    /// Seconds after SIGTERM in which new requests are still served, because the balancer needs time to leave this instance out, 0 to
    /// 3600; default 5, never more than a third of the grace; then they are refused for a fifth of that, at most a second. Ctrl+C
    /// and the end of a parent skip both: nobody balances to a terminal.
    /// </summary>
    public int DelaySeconds { get; init; } = 5;

    /// <summary>How long new requests are still served.</summary>
    public TimeSpan Delay => TimeSpan.FromSeconds(Math.Min(DelaySeconds, GraceSeconds / 3.0));

    /// <summary>How long new requests are refused at least, before the listener closes.</summary>
    public TimeSpan Refusal => TimeSpan.FromSeconds(Math.Min(LongestRefusal, Delay.TotalSeconds / 5));

    /// <summary>What is kept of the grace for handing back and for ending the workers.</summary>
    public TimeSpan Reserve => TimeSpan.FromSeconds(Math.Min(LongestReserve, GraceSeconds / 4.0));

    /// <summary>When what is still in hand is cut off, counted from the signal.</summary>
    public TimeSpan Cut => TimeSpan.FromSeconds(GraceSeconds) - Reserve;
}
