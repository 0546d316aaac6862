using TrustedServe.Functions.Tests.Queue;
using TrustedServe.Testing;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace TrustedServe.Functions.Tests.Queue;

/// <summary>One emulator for all tests of the project, started by the first that asks.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly Lazy<Task<Azurite>> azurite = new(() => Azurite.StartAsync(Path.Combine(Repository.Root, "tests", "azurite")));

    /// <summary>The emulator; the asking test is skipped with the reason where it cannot run.</summary>
    public async Task<Azurite> GetAsync()
    {
        try
        {
            return await azurite.Value;
        }
        catch (AzuriteUnavailable missing)
        {
            Assert.Skip(missing.Message);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite.IsValueCreated && azurite.Value.IsCompletedSuccessfully)
        {
            await (await azurite.Value).DisposeAsync();
        }
    }
}
