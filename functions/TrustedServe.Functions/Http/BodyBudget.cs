using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Http;

/// <summary>
/// How many bytes of bodies one request, and all together, may hold. Without the second bound, connections times the largest
/// body would be it: one caller with many connections could take all memory.
/// </summary>
internal sealed class BodyBudget(int largest, long total)
{
    /// <summary>What is left at the least, so that several of the largest bodies fit.</summary>
    private const long Least = 256L << 20;

    private const int RetryAfterSeconds = 1;

    private long left = total;

    /// <summary>The largest body.</summary>
    public int Largest => largest;

    /// <summary>A budget that fits a limit for single bodies.</summary>
    public static BodyBudget For(int maxBodyBytes) => new(maxBodyBytes, Math.Max(Least, 4L * maxBodyBytes));

    /// <summary>Takes from the budget.</summary>
    /// <exception cref="TsfException">TSF4012 when there is not enough.</exception>
    public void Take(int bytes)
    {
        if (Interlocked.Add(ref left, -bytes) < 0)
        {
            Give(bytes);
            throw new TsfException(TsfErrors.Overloaded, "The requests that are being read take all the memory set aside for them.") { RetryAfterSeconds = RetryAfterSeconds };
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Give(long bytes) => Interlocked.Add(ref left, bytes);
}
