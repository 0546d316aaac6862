using System.Text.RegularExpressions;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Secrets;

/// <summary>
/// The name of a resource at a key broker, <c>kbs:///repository/type/tag</c> (the form of Trustee's KBS; the host part is
/// empty because the broker is a matter of configuration, never of the package).
/// </summary>
public sealed partial record KeyId
{
    private KeyId(string repository, string type, string tag) => (Repository, Type, Tag) = (repository, type, tag);

    /// <summary>First segment.</summary>
    public string Repository { get; }

    /// <summary>Second segment.</summary>
    public string Type { get; }

    /// <summary>Third segment.</summary>
    public string Tag { get; }

    /// <summary><c>repository/type/tag</c>, as it stands in a broker's URL.</summary>
    public string Path => $"{Repository}/{Type}/{Tag}";

    /// <summary>Reads <c>kbs:///repository/type/tag</c> (each segment 1 to 64 of letters, digits, <c>_ - .</c>, not starting with a dot).</summary>
    /// <exception cref="TsfException">TSF3001 for anything else.</exception>
    public static KeyId Parse(string? uri)
    {
        if (uri is { Length: <= 256 } && Form().Match(uri) is { Success: true } match)
        {
            return new KeyId(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        }

        throw TsfErrors.MalformedKeyId.With("A key id must have the form kbs:///repository/type/tag, each part of letters, digits, '_', '-' and '.'.");
    }

    /// <summary>The URI form.</summary>
    public override string ToString() => $"kbs:///{Path}";

    [GeneratedRegex(@"\Akbs:///([A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})/([A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})/([A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})\z")]
    private static partial Regex Form();
}
