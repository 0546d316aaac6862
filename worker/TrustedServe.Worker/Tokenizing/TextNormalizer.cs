using System.Buffers;
using System.Globalization;
using System.Text;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Worker.Tokenizing;

/// <summary>
/// What BERT's basic tokenizer does to characters before words are looked up (google-research/bert, tokenization.py), for those
/// beyond ASCII: what is left is lower-case where the manifest says so, and has ASCII spaces wherever words end.
/// </summary>
internal sealed class TextNormalizer(TokenizerSpec spec)
{
    // A Hangul syllable of three bytes becomes three letters of three; whatever gets spaces on both sides grows less.
    private const int LargestGrowth = 3;
    private const int ReplacementCharacter = 0xFFFD;
    private static readonly Rune CapitalDottedI = new(0x130);
    private static readonly Rune DotAbove = new(0x307);

    /// <summary>Normalises UTF-8.</summary>
    /// <param name="text">The text; valid.</param>
    /// <param name="length">Length of the result.</param>
    /// <returns>A buffer of the shared pool that begins with the result.</returns>
    public byte[] Normalize(ReadOnlySpan<byte> text, out int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(text.Length * LargestGrowth);
        var writer = new Writer(buffer);
        Span<Rune> left = stackalloc Rune[LargestGrowth];
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var character, out var bytes);
            text = text[bytes..];
            if (character.IsAscii)
            {
                writer.Write((byte)character.Value);
                continue;
            }

            var count = 1;
            left[0] = character;
            if (spec.StripAccents)
            {
                count = Decompositions.Write(character, left);
            }

            foreach (var rune in left[..count])
            {
                Write(rune, ref writer);
            }
        }

        length = writer.Length;
        return buffer;
    }

    private void Write(Rune character, ref Writer writer)
    {
        switch (Rune.GetUnicodeCategory(character))
        {
            case UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned:
            case UnicodeCategory.NonSpacingMark when spec.StripAccents:
            case var _ when character.Value == ReplacementCharacter:
                break;
            case UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                writer.Write((byte)' ');
                break;
            case UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
                or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation:
            case var _ when spec.SplitCjk && IsCjk(character.Value):
                writer.Write((byte)' ');
                writer.Write(character);
                writer.Write((byte)' ');
                break;
            case var _ when spec.LowerCase && character == CapitalDottedI:
                // The one letter whose lower case is two characters.
                writer.Write((byte)'i');
                writer.Write(DotAbove);
                break;
            default:
                writer.Write(spec.LowerCase ? Rune.ToLowerInvariant(character) : character);
                break;
        }
    }

    // CJK ideographs, in the blocks that tokenization.py names; not Hangul, Hiragana and Katakana, whose words have spaces or are handled as others'.
    private static bool IsCjk(int character) => character
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private ref struct Writer(Span<byte> buffer)
    {
        private readonly Span<byte> buffer = buffer;

        public int Length { get; private set; }

        public void Write(byte character) => buffer[Length++] = character;

        public void Write(Rune character) => Length += character.EncodeToUtf8(buffer[Length..]);
    }
}
