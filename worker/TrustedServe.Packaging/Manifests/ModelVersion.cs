namespace TrustedServe.Packaging.Manifests;

/// <summary>Versions of models: one to four dotted numbers of up to nine digits without leading zeros, compared number by number.</summary>
public static class ModelVersion
{
    /// <summary>Whether the text is a version.</summary>
    public static bool IsValid(string? version) => throw new NotImplementedException();

    /// <summary>Compares two valid versions; missing numbers count as zero, so <c>1</c> equals <c>1.0</c>.</summary>
    public static int Compare(string left, string right) => throw new NotImplementedException();
}
