using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>One entry of a list of allowed places: a container, or the part of it under a path.</summary>
/// <param name="Container">Name of the container.</param>
/// <param name="Prefix">Path inside it without a slash at its end, or null for all of it.</param>
public sealed record ContainerRule(string Container, string? Prefix)
{
    /// <summary>Reads <c>container</c> or <c>container/prefix</c>; false for anything else.</summary>
    public static bool TryParse(string? text, out ContainerRule rule)
    {
        rule = new ContainerRule("", null);
        if (text is not null && BlobName.IsContainer(text))
        {
            rule = new ContainerRule(text, null);
            return true;
        }

        if (BlobName.TryParse(text is [.., '/'] ? text[..^1] : text, out var name))
        {
            rule = new ContainerRule(name.Container, name.Blob);
            return true;
        }

        return false;
    }

    /// <summary>Whether a blob lies there; a prefix ends at a slash, so <c>a/in</c> does not allow <c>a/input</c>.</summary>
    public bool Allows(BlobName name) => name.Container == Container
        && (Prefix is null || (name.Blob.StartsWith(Prefix, StringComparison.Ordinal) && name.Blob.Length > Prefix.Length && name.Blob[Prefix.Length] == '/'));

    /// <summary>Refuses a blob that no entry allows.</summary>
    /// <exception cref="TsfException">TSF6002.</exception>
    internal static void Demand(IEnumerable<string> allowed, BlobName name, string member)
    {
        foreach (var entry in allowed)
        {
            if (TryParse(entry, out var rule) && rule.Allows(name))
            {
                return;
            }
        }

        throw TsfErrors.ForbiddenContainer.With($"'{member}' names '{name.Container}', where this server may not {(member == "input" ? "read" : "write")} that blob.");
    }
}
