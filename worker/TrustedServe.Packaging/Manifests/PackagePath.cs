namespace TrustedServe.Packaging.Manifests;

/// <summary>
/// Paths inside packages and stores: relative, <c>/</c> between segments, each segment of ASCII letters, digits, <c>_ - .</c>
/// and not starting with a dot. So no path can be absolute, climb, be hidden, or mean something else on another system.
/// </summary>
public static class PackagePath
{
    /// <summary>The manifest's own path, which it may not list.</summary>
    public const string Manifest = "manifest.json";

    private const int MaxLength = 256;
    private const int MaxDepth = 8;

    /// <summary>Whether the text is such a path.</summary>
    public static bool IsValid(string? path)
    {
        if (path is not { Length: >= 1 and <= MaxLength })
        {
            return false;
        }

        var depth = 0;
        foreach (var range in path.AsSpan().Split('/'))
        {
            var segment = path.AsSpan(range);
            if (++depth > MaxDepth || segment.IsEmpty || segment[0] == '.' || segment.ContainsAnyExcept(NameCharacters.Allowed))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The path below <paramref name="root"/>.</summary>
    public static string Under(string root, string path) => Path.Combine([root, .. path.Split('/')]);
}
