namespace TrustedServe.Worker.Hosting;

/// <summary>What the process's end says to who started it.</summary>
internal static class ExitCodes
{
    /// <summary>The start was refused, or the model withdrawn afterwards; the same start will be refused again.</summary>
    public const int Refused = 3;

    /// <summary>The start failed in a way that another time could change.</summary>
    public const int Retryable = 4;
}
