namespace TrustedServe.Functions.Access;

/// <summary>One key in a file of API keys. The key itself is not in it.</summary>
public sealed record ApiKeyEntry
{
    /// <summary>Name of the caller, for people: 1 to 64 of letters, digits, <c>_ - . @</c>.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the key's text, 64 hex digits. The key is 256 random bits, so no slow hash is needed.</summary>
    public required string Hash { get; init; }

    /// <summary>Names of the models that it may use, or <c>*</c> for all.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>What it may be used for.</summary>
    public required IReadOnlyList<ApiAction> Actions { get; init; }

    /// <summary>When it ends; null (the default) for never.</summary>
    public DateTimeOffset? Expires { get; init; }
}
