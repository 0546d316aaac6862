using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using TrustedServe.Protocol.Errors;

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
    /// <exception cref="TsfException">TSF2001 for a location of another kind.</exception>
    public static IModelStore Open(string location, string? connectionString = null)
    {
        if (string.IsNullOrWhiteSpace(location))
        {
            throw TsfErrors.UnsupportedLocation.With("The location of the model store is empty.");
        }

        return location.Contains("://", StringComparison.Ordinal)
            ? new AzureBlobModelStore(Container(location, connectionString))
            : new DirectoryModelStore(Path.GetFullPath(location), TimeProvider.System);
    }

    /// <summary>Opens one sealed file outside of any store.</summary>
    /// <exception cref="TsfException">TSF0008 when it cannot be read.</exception>
    public static IBlobSource OpenFile(string path) => new FileBlobSource(path);

    private static BlobContainerClient Container(string location, string? connectionString)
    {
        if (!Uri.TryCreate(location, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            // The location itself is not repeated: it may hold a token.
            throw TsfErrors.UnsupportedLocation.With("The location is neither a directory nor the plain address of a blob container (no query, fragment or user).");
        }

        if (uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback)
        {
            throw TsfErrors.UnsupportedLocation.With($"{uri} is plain http, which is for loopback only.");
        }

        var container = uri.AbsolutePath.Trim('/').Split('/')[^1];
        if (container.Length == 0)
        {
            throw TsfErrors.UnsupportedLocation.With($"{uri} names no container.");
        }

        var options = new BlobClientOptions
        {
            Retry = { Mode = RetryMode.Exponential, MaxRetries = 5, Delay = TimeSpan.FromMilliseconds(400), MaxDelay = TimeSpan.FromSeconds(10), NetworkTimeout = TimeSpan.FromSeconds(30) },
        };
        if (connectionString is null)
        {
            return uri.Scheme == Uri.UriSchemeHttps
                ? new BlobContainerClient(uri, new DefaultAzureCredential(), options)
                : throw TsfErrors.UnsupportedLocation.With($"{uri} needs a connection string: identities are sent over https only.");
        }

        BlobContainerClient client;
        try
        {
            client = new BlobServiceClient(connectionString, options).GetBlobContainerClient(container);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException)
        {
            // Without the cause: its message may repeat parts of the connection string.
            throw TsfErrors.UnsupportedLocation.With("The connection string of the model store is malformed.");
        }

        return client.Uri.GetLeftPart(UriPartial.Path).TrimEnd('/') == uri.GetLeftPart(UriPartial.Path).TrimEnd('/')
            ? client
            : throw TsfErrors.UnsupportedLocation.With($"The connection string is for {client.Uri.GetLeftPart(UriPartial.Path)}, the location is {uri}.");
    }
}
