using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Http;

/// <summary>
/// How many bytes of bodies all requests together may hold. Without it, connections times the largest body would be the
/// bound: one caller with many connections could take all memory.
/// </summary>
internal sealed class BodyBudget(long total)
{
    /// <summary>What is left at the least, so that several of the largest bodies fit.</summary>
    private const long Least = 256L << 20;

    private const int RetryAfterSeconds = 1;

    private long left = total;

    /// <summary>A budget that fits a limit for single bodies.</summary>
    public static BodyBudget For(int maxBodyBytes) => new(Math.Max(Least, 4L * maxBodyBytes));

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
    public void Give(int bytes) => Interlocked.Add(ref left, bytes);
}
