namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF2001: a location of a kind that no store serves.</summary>
    public static readonly ErrorCode UnsupportedLocation = new("TSF2001", 400, "The location of the model store is not one that can be used", "Name a directory, or https://account.blob.core.windows.net/container; plain http is for loopback only.");

    /// <summary>TSF2002: the store does not answer or cannot be read or written.</summary>
    public static readonly ErrorCode StoreUnavailable = new("TSF2002", 503, "The model store does not answer", "Check the location, the network and the rights of this identity, then try again.");

    /// <summary>TSF2003: the store's index is malformed, or names a path outside of the store.</summary>
    public static readonly ErrorCode InvalidIndex = new("TSF2003", 422, "The index of the model store is not valid", "Correct index.json; the message lists what is wrong.");

    /// <summary>TSF2004: the version is there already with other content.</summary>
    public static readonly ErrorCode VersionExists = new("TSF2004", 409, "The store has this version already, with other content", "Give the new package a higher version; versions are never replaced.");

    /// <summary>TSF2005: the index names a blob that is not there.</summary>
    public static readonly ErrorCode BlobMissing = new("TSF2005", 404, "A sealed package that the index names is not in the store", "Add the package again.");

    /// <summary>TSF2006: a blob changed while it was being read.</summary>
    public static readonly ErrorCode BlobChanged = new("TSF2006", 409, "The sealed package changed while it was being read", "Find out who replaces blobs in the store, then try again.");

    /// <summary>TSF2007: others kept changing the index.</summary>
    public static readonly ErrorCode IndexBusy = new("TSF2007", 409, "The index of the model store is being changed by others", "Try again.");

    /// <summary>TSF2008: a link or special file where the store's own files must lie.</summary>
    public static readonly ErrorCode UnsafeStorePath = new("TSF2008", 422, "A path of the model store is not an ordinary file or directory", "Replace the link by the file itself.");

    /// <summary>TSF2009: the store refuses this identity.</summary>
    public static readonly ErrorCode StoreDenied = new("TSF2009", 403, "The model store refuses this identity", "Grant it Storage Blob Data Reader (to add packages: Contributor), or correct the connection string.");
}
