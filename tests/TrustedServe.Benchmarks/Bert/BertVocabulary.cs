using System.Text;

namespace TrustedServe.Benchmarks.Bert;

/// <summary>A WordPiece vocabulary of invented whole words, so that a text has exactly as many tokens as one wishes.</summary>
public static class BertVocabulary
{
    private const string Letters = "etaoinshrdlucmfwypvbgkjqxz";
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Writes the file.</summary>
    public static void Write(string path, int size) =>
        File.WriteAllLines(path, Special.Concat(Enumerable.Range(0, size - Special.Length).Select(Word)), new UTF8Encoding(false));

    /// <summary>A text of so many tokens, the two that every row begins and ends with included.</summary>
    public static string Text(SeededNoise noise, int size, int tokens) =>
        string.Join(' ', Enumerable.Range(0, tokens - 2).Select(_ => Word(noise.Below(size - Special.Length))));

    private static string Word(int number)
    {
        var word = new StringBuilder();
        for (number += Letters.Length; number > 0; number /= Letters.Length)
        {
            word.Append(Letters[number % Letters.Length]);
        }

        return word.ToString();
    }
}
