using System.Globalization;

namespace TrustedServe.Benchmarks;

/// <summary>Options and names in any order; each option is taken out when it is asked for.</summary>
internal sealed class CommandArguments(IEnumerable<string> arguments)
{
    private readonly List<string> left = [.. arguments];

    /// <summary>What no option took.</summary>
    public IReadOnlyList<string> Rest => left;

    /// <summary>Whether an option without a value is there.</summary>
    public bool Flag(string name) => left.Remove(name);

    /// <summary>The value of an option, or null.</summary>
    public string? Value(string name)
    {
        var place = left.IndexOf(name);
        if (place < 0 || place + 1 >= left.Count)
        {
            return null;
        }

        var value = left[place + 1];
        left.RemoveRange(place, 2);
        return value;
    }

    /// <summary>A whole number within bounds.</summary>
    public int Number(string name, int absent, int least, int most) =>
        Value(name) is { } text ? Math.Clamp(int.Parse(text, CultureInfo.InvariantCulture), least, most) : absent;
}
