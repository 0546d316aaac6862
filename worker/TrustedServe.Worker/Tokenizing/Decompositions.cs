using System.Collections.Frozen;
using System.Text;

namespace TrustedServe.Worker.Tokenizing;

/// <summary>
/// Characters without their accents: the canonical decomposition (Unicode Standard Annex 15, NFD; Unicode 15) without its
/// nonspacing marks. A process without culture data, as the worker is, leaves characters composed when it is asked to normalise.
/// </summary>
internal static class Decompositions
{
    // Hangul syllables are decomposed by arithmetic: The Unicode Standard, section 3.12.
    private const int FirstSyllable = 0xAC00;
    private const int LastSyllable = 0xD7A3;
    private const int Vowels = 21;
    private const int Finals = 28;
    private const int FirstLeading = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int FinalBefore = 0x11A7;

    // A line has the characters that are left, a space, and all that decompose to them.
    private static readonly Lazy<FrozenDictionary<Rune, string>> Table = new(() =>
    {
        using var resource = typeof(Decompositions).Assembly.GetManifestResourceStream("Decompositions.txt")!;
        using var reader = new StreamReader(resource, Encoding.UTF8);
        var table = new Dictionary<Rune, string>();
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            foreach (var composed in line.AsSpan(space + 1).EnumerateRunes())
            {
                table.Add(composed, line[..space]);
            }
        }

        return table.ToFrozenDictionary();
    });

    /// <summary>Writes what is left of a character, most often one, at most three.</summary>
    /// <returns>How many.</returns>
    public static int Write(Rune character, Span<Rune> left)
    {
        if (character.Value is >= FirstSyllable and <= LastSyllable)
        {
            var syllable = character.Value - FirstSyllable;
            left[0] = new Rune(FirstLeading + (syllable / (Vowels * Finals)));
            left[1] = new Rune(FirstVowel + (syllable / Finals % Vowels));
            left[2] = new Rune(FinalBefore + (syllable % Finals));
            return syllable % Finals == 0 ? 2 : 3;
        }

        if (!Table.Value.TryGetValue(character, out var characters))
        {
            left[0] = character;
            return 1;
        }

        var count = 0;
        foreach (var rune in characters.EnumerateRunes())
        {
            left[count++] = rune;
        }

        return count;
    }
}
