using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>A store that does not answer a number of times.</summary>
internal sealed class AwayStore(int times) : IModelStore
{
    private int asked;

    public string Location => "https://store.invalid/models";

    public Task<StoreIndex> ReadIndexAsync(CancellationToken cancellationToken) => asked++ < times
        ? throw TsfErrors.StoreUnavailable.With("It does not answer.")
        : Task.FromResult(new StoreIndex([new StoreEntry("matrix", "1", "x", true)]));

    public Task<IBlobSource> OpenAsync(string model, string version, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StoreEntry> AddAsync(string sealedFile, bool makeDefault, CancellationToken cancellationToken) => throw new NotSupportedException();
}
