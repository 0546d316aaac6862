using System.Text;
using CsCheck;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Testing;
using TrustedServe.Worker.Tokenizing;
using BertOptions = Microsoft.ML.Tokenizers.BertOptions;
using BertTokenizer = Microsoft.ML.Tokenizers.BertTokenizer;

namespace TrustedServe.Worker.Tests.Tokenizing;

/// <summary>Expected pieces are those of BERT's own tokenizer (google-research/bert, tokenization.py).</summary>
public sealed class WordPieceTokenizerTests
{
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    private static readonly string[] Vocabulary =
    [
        .. Special, "the", "play", "##ing", "##s", "cafe", "café", "ist", "##anbul", "i", "##\u0307", "σ", "##ο", "한국", "\u1112", "##\u1161", "##\u11ab",
        "中", "文", "##文", "中文", "5", "##€", "a", "##a", "internationali", "##zation", ".", "$", "_", "<", "=", "[", "]", "#", ";", "·", "«", "»", "!", "'", "ll",
    ];

    [Theory]
    [InlineData("the playing plays", "the play ##ing play ##s")]
    [InlineData("  the  ", "the")]
    [InlineData("", "")]
    [InlineData("the\tthe\nthe\r\nthe", "the the the the")]
    [InlineData("the\u00a0the\u3000the\u2028the", "the the the the")]
    [InlineData("t\u0000h\u0007e\u007f t\u200bh\ufeffe \ufffdthe", "the the the")]
    [InlineData("the.the,the", "the . the [UNK] the")]
    [InlineData("$5 <the>=the_the", "$ 5 < the [UNK] = the _ the")]
    [InlineData("«the»", "« the »")]
    [InlineData("I'll!", "i ' ll !")]
    [InlineData("5€", "5 ##€")]
    [InlineData("THE Playing", "the play ##ing")]
    [InlineData("plain", "[UNK]")]
    [InlineData("internationalization", "internationali ##zation")]
    [InlineData("the[SEP]the [sep] [CLS", "the [SEP] the [ [UNK] ] [ [UNK]")]
    [InlineData("[[[MASK]]", "[ [ [MASK] ]")]
    [InlineData("##ing #", "# # [UNK] #")]
    [InlineData("ΣΟ", "σ ##ο")]
    [InlineData("中文", "中文")]
    [InlineData("한국", "한국")]
    public void Text_IsThesePieces(string text, string expected) => Assert.Equal(expected, Encode(text, new TokenizerSpec { Vocabulary = "v" }));

    [Theory]
    [InlineData("café CAFÉ cafe\u0301", "cafe cafe cafe")]
    [InlineData("İstanbul", "ist ##anbul")]
    [InlineData("한", "\u1112 ##\u1161 ##\u11ab")]
    [InlineData("the\u037ethe\u0387", "the ; the ·")]
    [InlineData("\u212b", "a")]
    [InlineData("\u0301 the", "the")]
    public void WithoutAccents_TextIsThesePieces(string text, string expected) => Assert.Equal(expected, Encode(text, new TokenizerSpec { Vocabulary = "v", StripAccents = true }));

    [Theory]
    [InlineData("İ", "i ##\u0307")]
    [InlineData("café CAFÉ", "café café")]
    public void WithAccents_TextIsThesePieces(string text, string expected) => Assert.Equal(expected, Encode(text, new TokenizerSpec { Vocabulary = "v" }));

    [Fact]
    public void Case_IsKept_WhereTheManifestSaysSo() => Assert.Equal("the [UNK] [UNK]", Encode("the The CAFÉ", new TokenizerSpec { Vocabulary = "v", LowerCase = false }));

    [Fact]
    public void IdeographsAreWords_WhereTheManifestSaysSo() => Assert.Equal("the 中 文 the [UNK]", Encode("the中文the\U00020000", new TokenizerSpec { Vocabulary = "v", SplitCjk = true }));

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("\U0001d4b6")]
    public void Word_OfMoreThan100Characters_IsOneUnknown(string character)
    {
        var spec = new TokenizerSpec { Vocabulary = "v" };
        string[] vocabulary = [.. Special, character, "##" + character];
        var longest = string.Concat(Enumerable.Repeat(character, 100));
        Assert.Equal(100, Encode(longest, spec, vocabulary).Split(' ').Length);
        Assert.Equal("[UNK]", Encode(longest + character, spec, vocabulary));
        Assert.Equal($"[UNK] {character}", Encode($"{longest}{character} {character}", spec, vocabulary));
    }

    [Fact]
    public void PiecesOfAnyLength_AreToldApart()
    {
        string[] words = [.. Enumerable.Range(1, 100).SelectMany(length => new[] { new string('x', length), new string('x', length - 1) + 'y', 'y' + new string('x', length - 1) }).Distinct()];
        string[] vocabulary = [.. Special, .. words, .. words.Select(word => "##" + word)];
        Assert.All(words, word => Assert.Equal(word, Encode(word, new TokenizerSpec { Vocabulary = "v" }, vocabulary)));
    }

    [Fact]
    public void OfEqualLines_TheLastCounts()
    {
        var tokenizer = new WordPieceTokenizer([.. Special, "the", "the"], new TokenizerSpec { Vocabulary = "v" });
        Assert.Equal([6], Ids(tokenizer, "the"));
    }

    [Fact]
    public void Rejects_AVocabularyWithoutASpecialToken() =>
        Assert.All(Special, missing => Assert.Throws<ArgumentException>(() => new WordPieceTokenizer([.. Special.Where(token => token != missing)], new TokenizerSpec { Vocabulary = "v" })));

    [Fact]
    public void CountedNoFurtherThanAsked()
    {
        var tokenizer = new WordPieceTokenizer(Vocabulary, new TokenizerSpec { Vocabulary = "v" });
        Span<int> kept = stackalloc int[2];
        var ids = new TokenIds(kept, 10);
        tokenizer.Encode(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the ", 1000))), ref ids);
        Assert.InRange(ids.Count, 10, 11);
        Assert.Equal([5, 5], kept.ToArray());
    }

    // Where the library and BERT agree: letters, digits, spaces, and punctuation that both take for it.
    [Fact]
    public void AnyText_IsThePiecesOfAnIndependentTokenizer()
    {
        using var temporary = new TemporaryDirectory();
        var letters = "abcdeABCDE0123яЖüß中文한ß".EnumerateRunes().Select(rune => rune.ToString()).ToArray();
        var file = temporary["vocab.txt"];
        var word = AnyOf(letters).Array[1, 5].Select(string.Concat);
        var text = Gen.Frequency((6, word), (4, Gen.Const(" ")), (2, AnyOf(".,!?'\"-()/:;@#%&*«»„“”…".Select(mark => mark.ToString()).ToArray()))).Array[0, 40].Select(string.Concat);
        Gen.Select(word.Array[1, 60], text, Gen.Bool, Gen.Bool).Sample(
            (pieces, text, lower, cjk) =>
            {
                string[] vocabulary = [.. Special, .. pieces.SelectMany(piece => new[] { piece, piece.ToLowerInvariant(), "##" + piece.ToLowerInvariant() }).Distinct()];
                File.WriteAllLines(file, vocabulary);
                var library = BertTokenizer.Create(file, new BertOptions { LowerCaseBeforeTokenization = lower, IndividuallyTokenizeCjk = cjk });
                var expected = library.EncodeToIds(text, addSpecialTokens: false);
                var tokenizer = new WordPieceTokenizer(vocabulary, new TokenizerSpec { Vocabulary = "v", LowerCase = lower, SplitCjk = cjk });
                Assert.Equal(expected, Ids(tokenizer, text));
            },
            iter: 1000,
            threads: 1);
    }

    [Fact]
    public void AnyCharacters_AreIdsOfTheVocabulary_AndAsManyAlone()
    {
        WordPieceTokenizer[] tokenizers = [.. from strip in new[] { false, true } from cjk in new[] { false, true } select new WordPieceTokenizer(Vocabulary, new TokenizerSpec { Vocabulary = "v", StripAccents = strip, SplitCjk = cjk })];
        var character = Gen.Frequency(
            (1, Gen.Int[0, 0x7F]), (1, Gen.Int[0x80, 0x24F]), (1, Gen.Int[0x300, 0x36F]), (1, Gen.Int[0x900, 0xD7FF]), (1, Gen.Int[0xE000, 0xFFFF]), (1, Gen.Int[0x10000, 0x10FFFF])).Select(code => new Rune(code).ToString());
        Gen.Select(character.Array[0, 50].Select(string.Concat), AnyOf(tokenizers)).Sample((text, tokenizer) =>
        {
            var ids = Ids(tokenizer, text);
            Assert.All(ids, id => Assert.InRange(id, 0, Vocabulary.Length - 1));
            Assert.True(ids.Length <= Encoding.UTF8.GetByteCount(text));

            // The way for ASCII alone and the way for all characters are one tokenizer.
            Assert.Equal([.. Ids(tokenizer, "the $5"), .. ids], Ids(tokenizer, "the $5 " + text));
        });
    }

    private static Gen<T> AnyOf<T>(T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static string Encode(string text, TokenizerSpec spec, string[]? vocabulary = null)
    {
        vocabulary ??= Vocabulary;
        return string.Join(' ', Ids(new WordPieceTokenizer(vocabulary, spec), text).Select(id => vocabulary[id]));
    }

    private static int[] Ids(WordPieceTokenizer tokenizer, string text)
    {
        var kept = new int[1000];
        var ids = new TokenIds(kept, int.MaxValue);
        tokenizer.Encode(Encoding.UTF8.GetBytes(text), ref ids);
        return kept[..ids.Count];
    }
}
