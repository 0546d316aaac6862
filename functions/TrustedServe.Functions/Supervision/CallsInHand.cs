namespace TrustedServe.Functions.Supervision;

/// <summary>How many calls a worker has in hand; a worker that is started again begins anew.</summary>
internal sealed class CallsInHand
{
    private int count;

    /// <summary>The number.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>One more.</summary>
    public void Enter() => Interlocked.Increment(ref count);

    /// <summary>One less.</summary>
    public void Leave() => Interlocked.Decrement(ref count);
}
