using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Functions.Access;

/// <summary>The content of a file of API keys.</summary>
public sealed partial record ApiKeyDocument
{
    /// <summary>The format version that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The largest file that is read, and so the most keys.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Version of the file's own format: 1.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The keys.</summary>
    public required IReadOnlyList<ApiKeyEntry> Keys { get; init; }

    /// <summary>Reads and validates; reports every problem at once.</summary>
    /// <param name="utf8">The file's content.</param>
    /// <param name="name">Where it stands, for messages.</param>
    /// <exception cref="TsfException">TSF0011, listing all problems.</exception>
    public static ApiKeyDocument Parse(ReadOnlySpan<byte> utf8, string name)
    {
        ApiKeyDocument document;
        try
        {
            document = JsonSerializer.Deserialize<ApiKeyDocument>(utf8, StrictJson.Compact)
                ?? throw TsfErrors.InvalidKeyFile.With($"{name} is null.");
        }
        catch (JsonException exception)
        {
            throw TsfErrors.InvalidKeyFile.With($"{name}: {exception.Path ?? "the file"} is not what a file of API keys has there (line {exception.LineNumber + 1}).", exception);
        }

        var problems = document.Problems().ToList();
        return problems.Count == 0 ? document : throw TsfErrors.InvalidKeyFile.With($"{name}: {string.Join("; ", problems)}.");
    }

    private IEnumerable<string> Problems()
    {
        if (FormatVersion != CurrentFormat)
        {
            yield return $"formatVersion {FormatVersion} is not {CurrentFormat}";
        }

        // The reader holds members to their types, but not the items of lists.
        var keys = Keys.OfType<ApiKeyEntry>().ToList();
        if (keys.Count != Keys.Count)
        {
            yield return "one of the keys is null";
        }

        foreach (var id in keys.GroupBy(key => key.Id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            yield return $"the id '{id}' stands there twice";
        }

        foreach (var key in keys)
        {
            if (!Id().IsMatch(key.Id))
            {
                yield return "an id is not 1 to 64 of letters, digits, '_', '-', '.' and '@'";
            }

            if (!Hash().IsMatch(key.Hash))
            {
                yield return $"the hash of '{key.Id}' is not 64 hex digits";
            }

            if (key.Models.Count == 0 || key.Models.Any(model => model is not { Length: > 0 and <= 64 }))
            {
                yield return $"'{key.Id}' names no model, or a name that no model can have";
            }

            if (key.Actions.Count == 0)
            {
                yield return $"'{key.Id}' has no action";
            }
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.@-]{1,64}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"\A[0-9A-Fa-f]{64}\z")]
    private static partial Regex Hash();
}
