namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>One front end with well-behaved models for all tests that only ask.</summary>
public sealed class SharedHost : IAsyncLifetime
{
    internal static readonly string[] JsonDatatypes =
        ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP32", "FP64", "BYTES"];

    internal TestHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await TestHost.ReadyAsync(
        [.. JsonDatatypes.Select(datatype => $"echo-{datatype}"), "echo-FP16", "matrix@2", "matrix@1", "two-inputs", "classify", "digits", "slow", "full", "broken", "nan"]);

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
