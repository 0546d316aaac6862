using TrustedServe.Packaging.Stores;

namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>An index without packages; the worker double needs none.</summary>
internal sealed class FakeStore(string location, IReadOnlyList<StoreEntry> entries) : IModelStore
{
    public string Location => location;

    public Task<StoreIndex> ReadIndexAsync(CancellationToken cancellationToken) => Task.FromResult(new StoreIndex(entries));

    public Task<IBlobSource> OpenAsync(string model, string version, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StoreEntry> AddAsync(string sealedFile, bool makeDefault, CancellationToken cancellationToken) => throw new NotSupportedException();
}
