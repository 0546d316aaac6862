using System.Buffers;
using System.Text.Unicode;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Worker.Tokenizing;

namespace TrustedServe.Worker.Tasks;

/// <summary>Text to word pieces. Its work is bounded by the model's limit, not by the length of the text.</summary>
internal sealed class TextEncoder
{
    // [CLS] and [SEP].
    private const int SpecialTokens = 2;

    // Longer than any token a person writes (a word over 100 characters is one unknown token), short enough that
    // a request of the largest batch is tokenized in milliseconds.
    private const int BytesPerToken = 1024;

    // How far over the limit tokens are still counted for the message.
    private const int CountedFactor = 8;
    private readonly WordPieceTokenizer tokenizer;
    private readonly bool truncate;

    private TextEncoder(WordPieceTokenizer tokenizer, int maxSequence, bool truncate) =>
        (this.tokenizer, MaxSequence, this.truncate) = (tokenizer, maxSequence, truncate);

    /// <summary>Most tokens in one row, the special ones included.</summary>
    public int MaxSequence { get; }

    /// <summary>The longest text in bytes that is looked at.</summary>
    public int MaxBytes => MaxSequence * BytesPerToken;

    /// <summary>The id that fills short rows up.</summary>
    public int PaddingId => tokenizer.Padding;

    /// <summary>Reads the vocabulary of a package.</summary>
    /// <exception cref="TsfException">TSF1001 when the manifest or the vocabulary does not make a tokenizer.</exception>
    public static TextEncoder Create(string directory, Manifest manifest)
    {
        if (manifest is not { Tokenizer: { } spec, MaxSequence: > SpecialTokens and <= 1 << 16 and var maxSequence })
        {
            throw TsfErrors.InvalidManifest.With("A text classifier's manifest must have a tokenizer and a sequence limit from 3 to 65536.");
        }

        try
        {
            return new TextEncoder(new WordPieceTokenizer(File.ReadAllLines(Path.Combine(directory, spec.Vocabulary)), spec), maxSequence, spec.Truncate);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            throw TsfErrors.InvalidManifest.With($"The vocabulary {spec.Vocabulary} does not make a WordPiece tokenizer; it needs [UNK], [CLS], [SEP], [PAD] and [MASK] and one piece a line.", exception);
        }
    }

    /// <summary>The ids of a text, special tokens included.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="row">Its row, for messages.</param>
    /// <param name="truncated">Set when the text was cut; otherwise left alone.</param>
    /// <exception cref="TsfException">TSF4013 when the text is over the limit and may not be cut; TSF4002 when it is not UTF-8.</exception>
    public int[] Encode(ReadOnlySpan<byte> utf8, int row, ref bool truncated)
    {
        if (utf8.Length > MaxBytes)
        {
            if (!truncate)
            {
                throw TsfErrors.InputTooLong.With($"The text of row {row} has {utf8.Length} bytes; the model takes at most {MaxSequence} tokens in at most {MaxBytes} bytes.");
            }

            utf8 = CutAtCharacter(utf8, MaxBytes);
            truncated = true;
        }

        if (!Utf8.IsValid(utf8))
        {
            throw TsfErrors.InvalidTensor.With($"The text of row {row} is not UTF-8.");
        }

        // No token has less than a byte.
        var limit = MaxSequence - SpecialTokens;
        var kept = ArrayPool<int>.Shared.Rent(Math.Min(limit, utf8.Length));
        try
        {
            var most = truncate ? limit + 1 : limit * CountedFactor;
            var ids = new TokenIds(kept, most);
            tokenizer.Encode(utf8, ref ids);
            if (ids.Count > limit && !truncate)
            {
                var actual = ids.Count < most ? $"{ids.Count + SpecialTokens}" : $"more than {most}";
                throw TsfErrors.InputTooLong.With($"The text of row {row} has {actual} tokens; the model takes at most {MaxSequence}.");
            }

            truncated |= ids.Count > limit;
            return [tokenizer.Begin, .. kept.AsSpan(0, Math.Min(ids.Count, limit)), tokenizer.End];
        }
        finally
        {
            // The pool outlives the request: what callers wrote does not stay in it.
            ArrayPool<int>.Shared.Return(kept, clearArray: true);
        }
    }

    private static ReadOnlySpan<byte> CutAtCharacter(ReadOnlySpan<byte> utf8, int length)
    {
        while (length > 0 && (utf8[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return utf8[..length];
    }
}
