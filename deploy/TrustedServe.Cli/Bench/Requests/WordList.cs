using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Bench.Requests;

/// <summary>Words that are one token each.</summary>
internal static class WordList
{
    private const long MaxBytes = 64 << 20;
    private const int MaxWords = 100_000;

    /// <summary>Common English words; nearly every vocabulary has them whole.</summary>
    public static IReadOnlyList<string> English { get; } =
        "the of and to in is was for on that with as it by at from his an are were which this be has had first one their not its but new who they two her she been other when time during there into all may more years over only state city world".Split(' ');

    /// <summary>The whole words of a WordPiece vocabulary, so that texts have exactly the length that was asked for.</summary>
    /// <exception cref="TsfException">TSF0010 when it has none.</exception>
    public static IReadOnlyList<string> FromVocabulary(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: > MaxBytes })
        {
            throw TsfErrors.Usage.With($"{file} is larger than {MaxBytes} bytes.");
        }

        var words = File.ReadLines(file).Where(piece => piece.Length is > 1 and < 20 && piece.All(char.IsAsciiLetterLower)).Take(MaxWords).ToList();
        return words.Count > 0 ? words : throw TsfErrors.Usage.With($"{file} has no whole words.");
    }
}
