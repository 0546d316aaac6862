using TrustedServe.Testing;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>One emulator for a class of tests, started by the first that asks.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly Lazy<Task<Azurite>> azurite = new(() => StartAsync(null));

    /// <summary>Starts an emulator with its data in a folder; the asking test is skipped with the reason where it cannot run.</summary>
    public static async Task<Azurite> StartAsync(string? location)
    {
        try
        {
            return await Azurite.StartAsync(Path.Combine(Repository.Root, "tests", "azurite"), location);
        }
        catch (AzuriteUnavailable missing)
        {
            Assert.Skip(missing.Message);
            throw;
        }
    }

    /// <summary>The emulator of the class.</summary>
    public Task<Azurite> GetAsync() => azurite.Value;

    public async ValueTask DisposeAsync()
    {
        if (azurite.IsValueCreated && azurite.Value.IsCompletedSuccessfully)
        {
            await (await azurite.Value).DisposeAsync();
        }
    }
}
