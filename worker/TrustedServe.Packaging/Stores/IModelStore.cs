namespace TrustedServe.Packaging.Stores;

/// <summary>A place that holds sealed packages and the index that names their versions and defaults.</summary>
public interface IModelStore
{
    /// <summary>For messages: where the store is.</summary>
    string Location { get; }

    /// <summary>Reads the index; an empty store has an empty one.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF2xxx when the store or its index cannot be read.</exception>
    Task<StoreIndex> ReadIndexAsync(CancellationToken cancellationToken);

    /// <summary>Opens the sealed package of a version that the index lists.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF4003, TSF4004 when the index does not list it; TSF2xxx when it cannot be opened.</exception>
    Task<IBlobSource> OpenAsync(string model, string version, CancellationToken cancellationToken);

    /// <summary>Adds a sealed file and states it in the index. The first version of a model becomes its default.</summary>
    /// <param name="sealedFile">Path of the sealed package.</param>
    /// <param name="makeDefault">Whether the index shall name this version the default.</param>
    /// <param name="cancellationToken">Stops the copy; the index is then unchanged.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF2xxx when the version is there already with other content, or the store cannot be written.</exception>
    Task<StoreEntry> AddAsync(string sealedFile, bool makeDefault, CancellationToken cancellationToken);
}
