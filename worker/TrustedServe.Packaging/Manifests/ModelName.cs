namespace TrustedServe.Packaging.Manifests;

/// <summary>Names of models: 1 to 64 of ASCII letters, digits, <c>_ - .</c>, starting with a letter or digit.</summary>
public static class ModelName
{
    /// <summary>Whether the text is a name.</summary>
    public static bool IsValid(string? name)
    {
        if (name is not { Length: >= 1 and <= 64 } || !char.IsAsciiLetterOrDigit(name[0]))
        {
            return false;
        }

        return !name.AsSpan().ContainsAnyExcept(NameCharacters.Allowed);
    }
}
