namespace TrustedServe.Packaging.SealedPackages;

/// <summary>How a package is unsealed.</summary>
public sealed record UnsealOptions
{
    /// <summary>
    /// The most threads that decrypt: a file of a tmpfs takes one writer at a time, so that more would wait, each with two windows
    /// of memory.
    /// </summary>
    public const int MaxThreads = 8;

    /// <summary>How many threads decrypt at most, 1 or more; never more than <see cref="MaxThreads"/> or segments of a MiB.</summary>
    public required int Threads { get; init; }

    /// <summary>Told the bytes of plaintext that are done so far; from many threads, so now and then out of order.</summary>
    public IProgress<long>? BytesDone { get; init; }

    /// <summary>
    /// Run first on each thread that decrypts and writes: threads of the unsealing alone, so that what it sets for its thread
    /// (cores, memory policy) ends with it. What it throws ends the unsealing.
    /// </summary>
    public Action? ThreadStarted { get; init; }

    /// <summary>
    /// From how many bytes of plaintext on the code is used that is quickest: it is compiled anew in every process, for some 15 ms,
    /// which smaller packages do not win back.
    /// </summary>
    internal long LargeFrom { get; init; } = 256L << 20;
}
