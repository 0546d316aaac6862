namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF1001: manifest.json is not a manifest of a version that this program reads.</summary>
    public static readonly ErrorCode InvalidManifest = new("TSF1001", 422, "The package's manifest is not valid", "Pack the model again with this version of the program.");

    /// <summary>TSF1002: the file does not begin like a sealed package.</summary>
    public static readonly ErrorCode NotSealed = new("TSF1002", 422, "This is not a sealed package", "Seal the package with 'trustedserve model seal', or check that the right file is named.");

    /// <summary>TSF1003: the clear part of a sealed package is malformed or of another version.</summary>
    public static readonly ErrorCode InvalidEnvelope = new("TSF1003", 422, "The envelope of the sealed package is not valid", "Fetch the sealed package again; if it stays so, seal the model again with this version of the program.");

    /// <summary>TSF1004: the sealed package is shorter or longer than its envelope says.</summary>
    public static readonly ErrorCode SealedSizeMismatch = new("TSF1004", 422, "The sealed package is cut or has bytes appended", "Fetch the sealed package again.");

    /// <summary>TSF1005: a segment does not decrypt: changed bytes, a changed envelope, or another key.</summary>
    public static readonly ErrorCode DecryptionFailed = new("TSF1005", 422, "The sealed package does not decrypt under this key", "Check that the key id names the key it was sealed with; if it does, the file was changed: fetch it again.");

    /// <summary>TSF1006: what was decrypted is not what the envelope announced.</summary>
    public static readonly ErrorCode ContentMismatch = new("TSF1006", 422, "The content of the sealed package differs from its envelope", "Do not use this file: somebody with the key made it. Fetch it from its publisher.");

    /// <summary>TSF1007: the key record is for another purpose or model.</summary>
    public static readonly ErrorCode KeyNotForModel = new("TSF1007", 403, "The key record does not allow this model", "Name the key that was created for this model, or create one.");

    /// <summary>TSF1008: an older version than the key record allows.</summary>
    public static readonly ErrorCode VersionTooOld = new("TSF1008", 403, "The version is older than the key record allows", "Use a newer version, or lower the lowest version of the key record if that is meant.");

    /// <summary>TSF1009: another manifest than the key record allows.</summary>
    public static readonly ErrorCode ManifestNotAllowed = new("TSF1009", 403, "The key record allows another manifest", "Use the package whose manifest digest the key record names, or put a record for this one.");

    /// <summary>TSF1010: the key record asks for a publisher's signature and there is none of that publisher.</summary>
    public static readonly ErrorCode PublisherNotAllowed = new("TSF1010", 403, "The sealed package is not signed by the publisher that the key record names", "Have the publisher sign it: 'trustedserve model sign'.");

    /// <summary>TSF1011: the signature is of the right publisher but not over this envelope.</summary>
    public static readonly ErrorCode InvalidSignature = new("TSF1011", 403, "The publisher's signature does not fit this package", "Do not use this file; fetch it from its publisher.");

    /// <summary>TSF1012: a file that the manifest lists is not there.</summary>
    public static readonly ErrorCode MissingFile = new("TSF1012", 422, "A file of the package is missing", "Fetch or pack the package again.");

    /// <summary>TSF1013: a file's length or digest is not the manifest's.</summary>
    public static readonly ErrorCode WrongDigest = new("TSF1013", 422, "A file of the package differs from its manifest", "Fetch or pack the package again.");

    /// <summary>TSF1014: the package holds a file that its manifest does not list.</summary>
    public static readonly ErrorCode UnexpectedFile = new("TSF1014", 422, "The package holds a file that its manifest does not list", "Remove the file, or pack the model again.");

    /// <summary>TSF1015: a symbolic link or special file in a package.</summary>
    public static readonly ErrorCode NotARegularFile = new("TSF1015", 422, "The package holds something that is not an ordinary file or directory", "Replace the link by the file itself.");

    /// <summary>TSF1016: the file is not a package archive, or it is cut or has bytes appended.</summary>
    public static readonly ErrorCode InvalidArchive = new("TSF1016", 422, "This is not a whole package archive", "Name a package directory or a .tspkg file; fetch it again if it was cut.");

    /// <summary>TSF1017: the place to write to is not empty.</summary>
    public static readonly ErrorCode TargetNotEmpty = new("TSF1017", 409, "The place to write to is taken", "Name an empty or new directory, or another file.");

    /// <summary>TSF1018: a signer whose key is not ECDSA P-256.</summary>
    public static readonly ErrorCode UnsupportedSigner = new("TSF1018", 400, "The publisher's key is not an ECDSA P-256 key", "Create one with 'trustedserve key create --publisher'.");

    /// <summary>TSF1019: no sealed rows of a known version.</summary>
    public static readonly ErrorCode InvalidRows = new("TSF1019", 422, "These are not sealed rows of a known version", "Seal the rows with 'trustedserve rows seal', or check that the right blob is named.");

    /// <summary>TSF1020: sealed rows that are cut, changed, or of another key.</summary>
    public static readonly ErrorCode RowsDamaged = new("TSF1020", 422, "The sealed rows are cut or changed, or sealed under another key", "Upload the rows again; check that the key id names the key they were sealed with.");

    /// <summary>TSF1021: something cannot be sealed because it is larger than the format holds.</summary>
    public static readonly ErrorCode PackageTooLarge = new("TSF1021", 413, "The package is larger than the format holds", "Split the model; the message has the limit.");
}
