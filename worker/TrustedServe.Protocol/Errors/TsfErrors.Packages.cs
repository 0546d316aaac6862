namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF1001: manifest.json is not a manifest of a version that this program reads.</summary>
    public static readonly ErrorCode InvalidManifest = new("TSF1001", 422, "The package's manifest is not valid", "Pack the model again with this version of the program.");
}
