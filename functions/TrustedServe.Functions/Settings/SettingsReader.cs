using System.Globalization;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Settings;

/// <summary>
/// Reads typed values out of the sources (later ones win) and gathers every problem instead of stopping at the first. What
/// is read is known; a key that nobody read is a problem too, so that a typing error does not silently mean the default.
/// </summary>
internal sealed class SettingsReader(IReadOnlyList<SettingsSource> sources)
{
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> problems = [];

    /// <summary>Every key that was read so far; a list's items have a number behind the colon.</summary>
    public IReadOnlySet<string> Known => known;

    /// <summary>A text; null when it is not set.</summary>
    public string? Text(string key)
    {
        known.Add(key);
        return Find(key).Value;
    }

    /// <summary>A text that must be set.</summary>
    public string Required(string key)
    {
        if (Text(key) is { Length: > 0 } value)
        {
            return value;
        }

        problems.Add($"{SettingsSource.Section}:{key} is not set: it is required");
        return string.Empty;
    }

    /// <summary>A whole number between two bounds.</summary>
    public int Integer(string key, int instead, int least, int greatest)
    {
        if (Text(key) is not { } text)
        {
            return instead;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= greatest
            ? value
            : Refuse(key, $"must be a whole number, {least} to {greatest}", instead);
    }

    /// <summary>A truth value.</summary>
    public bool Flag(string key, bool instead = false)
    {
        if (Text(key) is not { } text)
        {
            return instead;
        }

        return bool.TryParse(text, out var value) ? value : Refuse(key, "must be true or false", instead);
    }

    /// <summary>A member of an enumeration, by name.</summary>
    public T Choice<T>(string key, T instead)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
        {
            return instead;
        }

        return Array.Exists(Enum.GetNames<T>(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase))
            ? Enum.Parse<T>(text, ignoreCase: true)
            : Refuse(key, $"must be one of {string.Join(", ", Enum.GetNames<T>())}", instead);
    }

    /// <summary>An address that a rule accepts. A refused one is not repeated: it may carry a password or a signature.</summary>
    public Uri? Address(string key, Uri? instead, Func<Uri, bool> accepted, string rule)
    {
        if (Text(key) is not { } text)
        {
            return instead;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && accepted(uri)
            ? uri
            : RefuseUnsaid(key, rule, instead);
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> List(string key)
    {
        var values = new List<string>();
        while (Find($"{key}:{values.Count}").Value is { } value)
        {
            known.Add($"{key}:{values.Count}");
            values.Add(value);
        }

        return values;
    }

    /// <summary>Adds a problem with a value that was read.</summary>
    public T Refuse<T>(string key, string rule, T instead)
    {
        var (value, source) = Find(key);
        problems.Add($"{SettingsSource.Section}:{key} = '{value}' ({source}): {rule}");
        return instead;
    }

    private T RefuseUnsaid<T>(string key, string rule, T instead)
    {
        problems.Add($"{SettingsSource.Section}:{key} ({Find(key).Source}): {rule}");
        return instead;
    }

    /// <summary>Adds a problem that concerns no single value.</summary>
    public void Report(string problem) => problems.Add(problem);

    /// <summary>Adds a problem for every key that nobody read.</summary>
    public void ReportUnknown()
    {
        foreach (var source in sources)
        {
            foreach (var key in source.Values.Keys)
            {
                if (!known.Contains(key))
                {
                    // Its value stays unsaid: it may be a secret behind a misspelt name.
                    problems.Add($"{SettingsSource.Section}:{key} ({source.Name}): there is no such setting");
                }
            }
        }
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="TsfException">TSF0002 with every problem, one a line.</exception>
    public void ThrowIfAny()
    {
        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidSettings.With($"{problems.Count} problem(s) in the settings:{string.Concat(problems.Select(problem => $"\n  {problem}"))}");
        }
    }

    private (string? Value, string? Source) Find(string key)
    {
        for (var i = sources.Count - 1; i >= 0; i--)
        {
            if (sources[i].Values.TryGetValue(key, out var value))
            {
                return (value, sources[i].Name);
            }
        }

        return (null, null);
    }
}
