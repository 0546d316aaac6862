using System.Buffers;

namespace TrustedServe.Packaging.Manifests;

/// <summary>The characters that names and path segments are made of.</summary>
internal static class NameCharacters
{
    public static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");
}
