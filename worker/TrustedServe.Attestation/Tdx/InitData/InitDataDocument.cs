using System.Security.Cryptography;
using System.Text;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Parsing;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.InitData;

/// <summary>
/// An initdata document: the configuration that a confidential pod is started with, and that its MRCONFIGID is the digest of.
/// It names the container where a quote names the guest alone. The machine's owner can read it, so it holds no secrets.
/// </summary>
public sealed class InitDataDocument
{
    /// <summary>Longest document that is read: 512 KiB. A pod's annotations have 256 KiB together, and the document is compressed there.</summary>
    public const int MaxLength = 512 << 10;

    /// <summary>The version of the form that is read.</summary>
    public const string SupportedVersion = "0.1.0";

    /// <summary>Length of MRCONFIGID.</summary>
    public const int RegisterLength = 48;

    /// <summary>The form nests twice; a member that is passed over may nest a little more.</summary>
    private const int MaxDepth = 16;
    private const int MaxEntries = 256;

    /// <summary>The TOML library keeps some 1,700 bytes for each escape that it does not know, and goes on; patterns in a policy have a few.</summary>
    private const int MaxUnknownEscapes = 1_024;
    private static readonly string[] Algorithms = ["sha256", "sha384", "sha512"];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly TomlSerializerOptions Options = new() { MaxDepth = MaxDepth };

    private InitDataDocument(ReadOnlyMemory<byte> bytes, string algorithm, IReadOnlyDictionary<string, string> data)
    {
        (Bytes, Algorithm, Data) = (bytes, algorithm, data);
        var digest = Hash(algorithm, bytes.Span);
        (Digest, MrConfigId) = (digest, ToRegister(digest));
    }

    /// <summary>The document as it was given; every byte counts.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The digest's algorithm: <c>sha256</c>, <c>sha384</c> or <c>sha512</c>.</summary>
    public string Algorithm { get; }

    /// <summary>File name to text, for example <c>aa.toml</c>, <c>cdh.toml</c> and <c>policy.rego</c>.</summary>
    public IReadOnlyDictionary<string, string> Data { get; }

    /// <summary>The digest of the exact bytes, whole.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>What MRCONFIGID of a guest that was started with this document holds: the digest, cut or filled with zeros to 48 bytes.</summary>
    public ReadOnlyMemory<byte> MrConfigId { get; }

    /// <summary>Reads a document. Members that the form does not have are passed over; the digest covers them all the same.</summary>
    /// <exception cref="TsfException">TSF3330 with the place.</exception>
    public static InitDataDocument Parse(ReadOnlyMemory<byte> document)
    {
        if (document.Length > MaxLength)
        {
            throw Malformed($"{document.Length} bytes; at most {MaxLength} are read");
        }

        if (HasForbiddenCharacters(document.Span))
        {
            throw Malformed("control characters other than tab and line end; not TOML");
        }

        if (CountUnknownEscapes(document.Span) > MaxUnknownEscapes)
        {
            throw Malformed($"more than {MaxUnknownEscapes} backslashes before something that TOML has no escape for");
        }

        TomlTable root;
        try
        {
            // The reader ends at the first fault; the parser after it goes on and collects them all, at some hundred bytes each,
            // but refuses a name that stands twice: other readers of this document refuse it or take another one.
            var text = StrictUtf8.GetString(document.Span);
            root = TomlSerializer.Deserialize<TomlTable>(text, Options) ?? throw Malformed("the document is empty");
            _ = SyntaxParser.ParseStrict(text, Options, sourceName: null, validate: true);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("the document is not UTF-8");
        }
        catch (TomlException exception)
        {
            // The parser's own text can quote the document, so only the place is passed on.
            throw Malformed(exception.Line is { } line ? $"line {line}, column {exception.Column}: not TOML" : "not TOML");
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The parser's own slips on documents that are no TOML, for example on a backslash at the very end.
            throw Malformed("not TOML");
        }

        var version = Text(root, "version");
        if (version != SupportedVersion)
        {
            throw Malformed($"version is '{Shown(version)}'; expected '{SupportedVersion}'");
        }

        var algorithm = Text(root, "algorithm");
        if (!Algorithms.Contains(algorithm))
        {
            throw Malformed($"algorithm is '{Shown(algorithm)}'; expected sha256, sha384 or sha512");
        }

        return new InitDataDocument(document, algorithm, ReadData(root));
    }

    /// <summary>
    /// Whether these bytes are what a guest with this register was started with, under any of the three algorithms. Ask this
    /// before a document from a stranger is read: three hashes are cheap, reading TOML that is made to be slow is not.
    /// </summary>
    public static bool IsBound(ReadOnlySpan<byte> document, ReadOnlySpan<byte> mrConfigId)
    {
        var bound = false;
        if (document.Length <= MaxLength)
        {
            foreach (var algorithm in Algorithms)
            {
                bound |= CryptographicOperations.FixedTimeEquals(ToRegister(Hash(algorithm, document)), mrConfigId);
            }
        }

        return bound;
    }

    /// <summary>Whether a guest with this register was started with this document.</summary>
    public bool Matches(ReadOnlySpan<byte> mrConfigId) => CryptographicOperations.FixedTimeEquals(MrConfigId.Span, mrConfigId);

    /// <summary>Refuses a guest that was started with another document, or with none.</summary>
    /// <exception cref="TsfException">TSF3331.</exception>
    public void ThrowIfMismatch(ReadOnlySpan<byte> mrConfigId)
    {
        if (!Matches(mrConfigId))
        {
            throw TsfErrors.InitDataMismatch.With($"MRCONFIGID: expected {Convert.ToHexStringLower(MrConfigId.Span)} ({Algorithm} of the document), seen {Convert.ToHexStringLower(mrConfigId)}.");
        }
    }

    /// <summary>What TOML allows nowhere. The library would keep a message for each.</summary>
    private static bool HasForbiddenCharacters(ReadOnlySpan<byte> document)
    {
        for (var at = 0; at < document.Length; at++)
        {
            var forbidden = document[at] switch
            {
                (byte)'\t' or (byte)'\n' => false,
                (byte)'\r' => at + 1 == document.Length || document[at + 1] != '\n',
                < 0x20 or 0x7f => true,
                _ => false,
            };
            if (forbidden)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Those that stand in literal text, where they are none, are counted too: the limit leaves room for them.</summary>
    private static int CountUnknownEscapes(ReadOnlySpan<byte> document)
    {
        var count = 0;
        for (var at = document.IndexOf((byte)'\\'); at >= 0 && at + 1 < document.Length; at = document.IndexOf((byte)'\\'))
        {
            count += "btnfreuUx\"\\\r\n \t"u8.Contains(document[at + 1]) ? 0 : 1;
            document = document[(at + 2)..];
        }

        return count;
    }

    private static byte[] Hash(string algorithm, ReadOnlySpan<byte> document) => algorithm switch
    {
        "sha256" => SHA256.HashData(document),
        "sha384" => SHA384.HashData(document),
        _ => SHA512.HashData(document),
    };

    private static byte[] ToRegister(byte[] digest)
    {
        var register = new byte[RegisterLength];
        digest.AsSpan(0, Math.Min(digest.Length, RegisterLength)).CopyTo(register);
        return register;
    }

    private static Dictionary<string, string> ReadData(TomlTable root)
    {
        if (!root.TryGetValue("data", out var value) || value is not TomlTable table)
        {
            throw Malformed("the table [data] is missing");
        }

        if (table.Count > MaxEntries)
        {
            throw Malformed($"[data] has {table.Count} entries; at most {MaxEntries} are read");
        }

        var data = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, content) in table)
        {
            data.Add(name, content as string ?? throw Malformed($"data.'{Shown(name)}' is not a text"));
        }

        return data;
    }

    private static string Text(TomlTable root, string name) =>
        root.TryGetValue(name, out var value) && value is string text ? text : throw Malformed($"{name} is missing, or not a text");

    private static string Shown(string text) => new([.. text.Take(40).Select(character => char.IsControl(character) ? '·' : character)]);

    private static TsfException Malformed(string what) => TsfErrors.MalformedInitData.With($"Initdata: {what}.");
}
