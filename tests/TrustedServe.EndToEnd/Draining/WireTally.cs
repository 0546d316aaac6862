using System.Collections.Concurrent;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>What callers of one front end got.</summary>
public sealed class WireTally
{
    private int good;
    private int refused;
    private int cutOff;

    /// <summary>Right answers.</summary>
    public int Good => good;

    /// <summary>Told that the instance is ending.</summary>
    public int Refused => refused;

    /// <summary>Answered 503 because what was in hand was cut off.</summary>
    public int CutOff => cutOff;

    /// <summary>Every answer that came.</summary>
    public int Answers => good + refused + cutOff;

    /// <summary>Connections that were open and ended without the answer that was due on them.</summary>
    public ConcurrentQueue<string> Unanswered { get; } = new();

    /// <summary>Answers that no caller should get.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    internal void CountGood() => Interlocked.Increment(ref good);

    internal void CountRefused() => Interlocked.Increment(ref refused);

    internal void CountCutOff() => Interlocked.Increment(ref cutOff);
}
