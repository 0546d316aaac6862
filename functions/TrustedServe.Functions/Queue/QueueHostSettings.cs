namespace TrustedServe.Functions.Queue;

/// <summary>What host.json's <c>extensions.queues</c> says, so that both ways of hosting behave alike.</summary>
public sealed record QueueHostSettings
{
    /// <summary>Jobs at once. <value>Default 1; 1 to 32.</value></summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Tries before a message goes to the poison queue. <value>Default 5; 1 to 100.</value></summary>
    public int MaxDequeueCount { get; init; } = 5;

    /// <summary>How long a message stays invisible without being renewed. <value>Default 30 seconds; 1 second to 7 days.</value></summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How messages are encoded. <value>Default <c>none</c>, the only one: base64 is recognised by itself.</value></summary>
    public string MessageEncoding { get; init; } = "none";
}
