namespace TrustedServe.Kubernetes.Manifests;

/// <summary>An object and where its parts were written.</summary>
/// <param name="Manifest">The object.</param>
/// <param name="Positions">Line and column of its parts.</param>
public sealed record ManifestDocument(Manifest Manifest, ManifestPositions Positions)
{
    /// <summary>An object that was not read from a text, for example a rendered one.</summary>
    public static ManifestDocument Of(Manifest manifest) => new(manifest, ManifestPositions.None);
}
