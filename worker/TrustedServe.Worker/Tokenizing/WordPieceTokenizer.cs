using System.Buffers;
using System.Text;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Worker.Tokenizing;

/// <summary>
/// Text to word pieces as BERT's own tokenizer has it (google-research/bert, tokenization.py: BasicTokenizer and
/// WordpieceTokenizer), so that a model sees the ids it was trained on:
/// <list type="number">
/// <item>The five special tokens, written as in the vocabulary, are themselves wherever they stand.</item>
/// <item>Control characters go, white space ends words; see <see cref="TextNormalizer"/> for what is beyond ASCII.</item>
/// <item>Words end at white space; each punctuation mark is a word.</item>
/// <item>A word is the longest piece that it begins with, then the longest that continues it, and so on; one that cannot be
/// made so, or of more than 100 characters, is one unknown token.</item>
/// </list>
/// </summary>
internal sealed class WordPieceTokenizer
{
    private const int LongestWord = 100;
    private const int LongestWordBytes = LongestWord * 4;
    private const string Continuing = "##";

    // More would push each other out of the cache before they are looked up.
    private const int PrefetchedBytes = 2048;
    private static readonly Kind[] Kinds = [.. Enumerable.Range(0, 256).Select(static character => KindOf((byte)character))];
    private readonly (byte[] Utf8, int Id)[] special;
    private readonly byte[] lower;
    private readonly PieceTable pieces;
    private readonly TextNormalizer normalizer;
    private readonly int unknown;

    /// <summary>Takes a vocabulary.</summary>
    /// <param name="vocabulary">One piece a line; the line's number, from 0, is its id.</param>
    /// <param name="spec">How text is prepared.</param>
    /// <exception cref="ArgumentException">A special token is missing, or the vocabulary is larger than any in use.</exception>
    public WordPieceTokenizer(string[] vocabulary, TokenizerSpec spec)
    {
        special = [.. new[] { "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]" }.Select(token => (Encoding.UTF8.GetBytes(token), IdOf(token)))];
        (unknown, Begin, End, Padding) = (special[0].Id, special[1].Id, special[2].Id, special[3].Id);
        lower = [.. Enumerable.Range(0, 256).Select(character => (byte)(spec.LowerCase && character is >= 'A' and <= 'Z' ? character | 0x20 : character))];
        normalizer = new TextNormalizer(spec);
        pieces = new PieceTable([.. vocabulary.SelectMany(Pieces)]);

        int IdOf(string token)
        {
            var id = Array.LastIndexOf(vocabulary, token);
            return id >= 0 ? id : throw new ArgumentException($"The vocabulary has no {token}.");
        }

        // No word begins with the mark of the pieces that continue one, since punctuation marks are words of their own.
        static IEnumerable<(byte[] Utf8, bool Continues, int Id)> Pieces(string piece, int id)
        {
            var continues = piece.StartsWith(Continuing, StringComparison.Ordinal) && piece.Length > Continuing.Length;
            var utf8 = Encoding.UTF8.GetBytes(continues ? piece[Continuing.Length..] : piece);
            return utf8.Length is > 0 and <= LongestWordBytes ? [(utf8, continues, id)] : [];
        }
    }

    /// <summary>The id of [CLS].</summary>
    public int Begin { get; }

    /// <summary>The id of [SEP].</summary>
    public int End { get; }

    /// <summary>The id of [PAD].</summary>
    public int Padding { get; }

    /// <summary>Adds the ids of a text.</summary>
    /// <param name="text">UTF-8; valid.</param>
    /// <param name="ids">Where they go, until it is full.</param>
    public void Encode(ReadOnlySpan<byte> text, ref TokenIds ids)
    {
        while (!ids.IsFull)
        {
            var at = FindSpecial(text, out var token);
            EncodePart(at < 0 ? text : text[..at], ref ids);
            if (at < 0)
            {
                return;
            }

            ids.Add(token.Id);
            text = text[(at + token.Utf8.Length)..];
        }
    }

    private int FindSpecial(ReadOnlySpan<byte> text, out (byte[] Utf8, int Id) token)
    {
        for (var at = 0; text[at..].IndexOf((byte)'[') is >= 0 and var next; at++)
        {
            at += next;
            foreach (var candidate in special)
            {
                if (text[at..].StartsWith(candidate.Utf8))
                {
                    token = candidate;
                    return at;
                }
            }
        }

        token = default;
        return -1;
    }

    private void EncodePart(ReadOnlySpan<byte> text, ref TokenIds ids)
    {
        if (Ascii.IsValid(text))
        {
            EncodeWords(text, ref ids);
            return;
        }

        var normal = normalizer.Normalize(text, out var length);
        EncodeWords(normal.AsSpan(0, length), ref ids);

        // The pool outlives the request: what callers wrote does not stay in it.
        ArrayPool<byte>.Shared.Return(normal, clearArray: true);
    }

    // Words are looked up one after the other, and between two texts a model's weights go through the caches: asked for together, what
    // most words need comes at one time.
    private void Prefetch(ReadOnlySpan<byte> text)
    {
        Span<byte> word = stackalloc byte[LongestWordBytes + PieceTable.Padding];
        var length = 0;
        foreach (var character in text)
        {
            if (Kinds[character] is Kind.Letter or Kind.WithinLetter)
            {
                if (length < LongestWordBytes)
                {
                    word[length++] = lower[character];
                }
            }
            else if (length > 0)
            {
                pieces.Prefetch(word, length);
                length = 0;
            }
        }
    }

    // Beyond ASCII, every character belongs to a word here: the normaliser has put spaces between those that do not.
    private void EncodeWords(ReadOnlySpan<byte> text, ref TokenIds ids)
    {
        Prefetch(text[..Math.Min(text.Length, PrefetchedBytes)]);
        Span<byte> word = stackalloc byte[LongestWordBytes + PieceTable.Padding];
        var (length, characters) = (0, 0);
        foreach (var character in text)
        {
            var kind = Kinds[character];
            if (kind == Kind.Dropped)
            {
                continue;
            }

            if (kind is Kind.Letter or Kind.WithinLetter)
            {
                characters += kind == Kind.Letter ? 1 : 0;
                if (characters <= LongestWord)
                {
                    word[length++] = lower[character];
                }

                continue;
            }

            EncodeWord(word, length, characters, ref ids);
            (length, characters) = (0, 0);
            if (kind == Kind.Punctuation)
            {
                word[0] = character;
                EncodeWord(word, 1, 1, ref ids);
            }

            if (ids.IsFull)
            {
                return;
            }
        }

        EncodeWord(word, length, characters, ref ids);
    }

    private void EncodeWord(scoped ReadOnlySpan<byte> word, int length, int characters, ref TokenIds ids)
    {
        var before = ids.Count;
        for (var start = 0; start < length;)
        {
            var bytes = characters <= LongestWord ? Math.Min(length - start, pieces.LongestPiece) : 0;
            var id = -1;
            while (bytes > 0 && (id = pieces.IdOf(word[start..], bytes, continues: start > 0)) < 0)
            {
                bytes--;
            }

            if (id < 0)
            {
                ids.Rewind(before);
                ids.Add(unknown);
                return;
            }

            ids.Add(id);
            start += bytes;
        }
    }

    private static Kind KindOf(byte character) => (char)character switch
    {
        ' ' or '\t' or '\n' or '\r' => Kind.Space,
        < ' ' or '\x7F' => Kind.Dropped,
        >= '\x80' and < '\xC0' => Kind.WithinLetter,
        >= '\xC0' or (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') => Kind.Letter,
        _ => Kind.Punctuation,
    };

    private enum Kind : byte
    {
        Letter,
        WithinLetter,
        Space,
        Punctuation,
        Dropped,
    }
}
