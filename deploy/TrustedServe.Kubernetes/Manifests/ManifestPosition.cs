using System.Globalization;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>A place in a text.</summary>
/// <param name="Source">Name of the file or stream.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
public sealed record ManifestPosition(string Source, int Line, int Column)
{
    /// <summary>As compilers write it, so that editors can jump there.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Source}:{Line}:{Column}");
}
