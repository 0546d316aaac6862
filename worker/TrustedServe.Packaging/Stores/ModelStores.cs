namespace TrustedServe.Packaging.Stores;

/// <summary>Opens the store that a location names.</summary>
public static class ModelStores
{
    /// <summary>
    /// Opens a directory (a path) or an Azure Blob container (<c>https://account…/container</c>; <c>http</c> only on loopback,
    /// for Azurite).
    /// </summary>
    /// <param name="location">The location.</param>
    /// <param name="connectionString">Connection string of the account; null to use the workload's or developer's identity.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF2xxx for a location of another kind.</exception>
    public static IModelStore Open(string location, string? connectionString = null) => throw new NotImplementedException();

    /// <summary>Opens one sealed file outside of any store.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF0008 when it cannot be read.</exception>
    public static IBlobSource OpenFile(string path) => new FileBlobSource(path);
}
