using System.Globalization;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Bench.Requests;

/// <summary>How long texts are: lengths in tokens with weights, such as <c>16:3,64:1</c>.</summary>
/// <param name="Entries">Lengths and their weights.</param>
internal sealed record LengthDistribution(IReadOnlyList<(int Tokens, int Weight)> Entries)
{
    private const int MaxEntries = 64;
    private const int MaxTokens = 65_536;
    private const int MaxWeight = 1_000_000;

    /// <summary>Many short questions, few long documents: what a classifier behind a search or a support desk sees.</summary>
    public static LengthDistribution Realistic { get; } = new([(8, 20), (12, 20), (16, 15), (24, 15), (32, 12), (48, 8), (64, 5), (96, 3), (128, 2)]);

    /// <summary>Average length.</summary>
    public double Mean => Entries.Sum(entry => (double)entry.Tokens * entry.Weight) / Entries.Sum(entry => (double)entry.Weight);

    /// <summary>Reads a list of <c>TOKENS[:WEIGHT]</c>, or <c>realistic</c>.</summary>
    /// <exception cref="TsfException">TSF0010.</exception>
    public static LengthDistribution Parse(string text)
    {
        if (text == "realistic")
        {
            return Realistic;
        }

        var parts = text.Split(',', MaxEntries + 1);
        var entries = new List<(int, int)>();
        foreach (var part in parts)
        {
            var pair = part.Split(':');
            if (pair.Length > 2 || !Read(pair[0], 3, MaxTokens, out var tokens) || !Read(pair.Length == 2 ? pair[1] : "1", 1, MaxWeight, out var weight))
            {
                throw TsfErrors.Usage.With($"Lengths are 'realistic' or a list such as 16:3,64:1 of tokens (3 to {MaxTokens}) and weights (1 to {MaxWeight}), not '{part}'.");
            }

            entries.Add((tokens, weight));
        }

        return entries.Count <= MaxEntries ? new LengthDistribution(entries) : throw TsfErrors.Usage.With($"At most {MaxEntries} lengths are taken.");
    }

    /// <summary>Draws one.</summary>
    public int Draw(Random random)
    {
        var place = random.NextInt64(Entries.Sum(entry => (long)entry.Weight));
        foreach (var (tokens, weight) in Entries)
        {
            place -= weight;
            if (place < 0)
            {
                return tokens;
            }
        }

        return Entries[^1].Tokens;
    }

    private static bool Read(string text, int least, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
}
