namespace TrustedServe.Attestation.Keys;

/// <summary>How long a key source waits and how often it tries.</summary>
internal sealed record KeySourceTiming
{
    /// <summary>Attempts of one call before it is given up.</summary>
    public required int Attempts { get; init; }

    /// <summary>Longest wait for one answer.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Wait after the first failure; doubled after each further one, and drawn from half to the whole of it.</summary>
    public required TimeSpan FirstDelay { get; init; }

    /// <summary>For a broker: connection failures are short, an attestation takes seconds.</summary>
    public static KeySourceTiming Broker { get; } = new() { Attempts = 5, Timeout = TimeSpan.FromSeconds(30), FirstDelay = TimeSpan.FromMilliseconds(250) };

    /// <summary>For the guest API: its first call attests inside, which takes up to 50 s.</summary>
    public static KeySourceTiming GuestApi { get; } = new() { Attempts = 4, Timeout = TimeSpan.FromSeconds(60), FirstDelay = TimeSpan.FromSeconds(1) };

    /// <summary>Waits before the attempt after <paramref name="attempt"/> (from 1), jittered so that many starts do not beat in step.</summary>
    public Task DelayAsync(int attempt, TimeProvider time, CancellationToken cancellationToken) =>
        Task.Delay(FirstDelay * Math.Pow(2, Math.Min(attempt - 1, 6)) * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
}
