namespace TrustedServe.Cli.Bench.Load;

/// <summary>What is looked at in an answer.</summary>
internal readonly ref struct WireResponse(int status, bool keepAlive, ReadOnlySpan<byte> body)
{
    /// <summary>Its status.</summary>
    public int Status { get; } = status;

    /// <summary>Whether the connection can be used again.</summary>
    public bool KeepAlive { get; } = keepAlive;

    /// <summary>Its body; valid until the next is read.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;
}
