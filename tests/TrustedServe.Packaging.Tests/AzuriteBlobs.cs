using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

/// <summary>The storage emulator, which installs itself; where it cannot run, the tests that need it are skipped with the reason.</summary>
public sealed class AzuriteBlobs : IAsyncLifetime
{
    private Azurite? azurite;

    /// <summary>Why it is not there; null when it is.</summary>
    public string? Missing { get; private set; }

    public string Endpoint => azurite!.BlobEndpoint.ToString().TrimEnd('/');

    public string ConnectionString => azurite!.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        try
        {
            azurite = await Azurite.StartAsync(Path.Combine(Repository.Root, "tests", "azurite"));
        }
        catch (AzuriteUnavailable exception)
        {
            Missing = exception.Message;
        }
    }

    public ValueTask DisposeAsync() => azurite?.DisposeAsync() ?? ValueTask.CompletedTask;
}
