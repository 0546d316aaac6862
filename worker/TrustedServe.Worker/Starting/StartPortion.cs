namespace TrustedServe.Worker.Starting;

/// <summary>How much of something is done; told from many threads, now and then out of order.</summary>
internal sealed class StartPortion : IProgress<long>
{
    private long done;
    private long total;

    /// <summary>From 0 to 100; 100 only when all is done.</summary>
    public uint Percent
    {
        get
        {
            var (part, whole) = (Interlocked.Read(ref done), Interlocked.Read(ref total));
            return whole == 0 ? 0 : (uint)Math.Clamp(100.0 * part / whole, 0, 100);
        }
    }

    /// <summary>Says how much there is, and that none of it is done: a start that waited for others begins again.</summary>
    public void Expect(long whole)
    {
        Interlocked.Exchange(ref done, 0);
        Interlocked.Exchange(ref total, whole);
    }

    /// <summary>Says how much is done; less than was said before is passed over.</summary>
    public void Report(long value)
    {
        for (var seen = Interlocked.Read(ref done); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref done, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    /// <summary>Says that all is done.</summary>
    public void Finish()
    {
        Interlocked.CompareExchange(ref total, 1, 0);
        Report(Interlocked.Read(ref total));
    }
}
