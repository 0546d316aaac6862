namespace TrustedServe.Functions.Settings;

/// <summary>The <c>extensions.queues</c> part of host.json.</summary>
public sealed record QueueHostSettings
{
    /// <summary>Whether messages are written as base64; they are read either way. Default false (<c>none</c>).</summary>
    public bool Base64Messages { get; init; }

    /// <summary>Messages taken at once, 1 to 32; default 1.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Tries before a message goes to the poison queue, 1 to 100; default 5.</summary>
    public int MaxDequeueCount { get; init; } = 5;

    /// <summary>How long a message stays hidden between renewals and before another try, 1 second to 7 days; default 30 seconds.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
