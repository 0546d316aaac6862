using System.Buffers;
using System.Buffers.Text;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>Splits PEM certificates: blocks one after the other, nothing but white space between them, at most one NUL at the end.</summary>
public static class PemChain
{
    /// <summary>A chain of three certificates has about 3,700 bytes.</summary>
    public const int MaxLength = 64 * 1024;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN CERTIFICATE-----"u8;

    private static ReadOnlySpan<byte> End => "-----END CERTIFICATE-----"u8;

    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <summary>Reads exactly <paramref name="count"/> certificates.</summary>
    /// <exception cref="TsfException">TSF3202: not such a chain.</exception>
    public static SgxCertificate[] Parse(ReadOnlySpan<byte> pem, int count)
    {
        var blocks = Split(pem, count);
        return Array.ConvertAll(blocks, block => SgxCertificate.Parse(block));
    }

    /// <summary>Decodes exactly <paramref name="count"/> blocks.</summary>
    /// <exception cref="TsfException">TSF3202: not such a chain.</exception>
    public static byte[][] Split(ReadOnlySpan<byte> pem, int count)
    {
        if (pem.Length > MaxLength)
        {
            throw Refuse($"at most {MaxLength} bytes expected, {pem.Length} seen");
        }

        if (!pem.IsEmpty && pem[^1] == 0)
        {
            pem = pem[..^1];
        }

        var blocks = new byte[count][];
        var found = 0;
        for (pem = pem.TrimStart(WhiteSpace); !pem.IsEmpty; pem = pem.TrimStart(WhiteSpace))
        {
            if (!pem.StartsWith(Begin))
            {
                throw Refuse($"PEM blocks expected, other text seen after block {found}");
            }

            // Searched behind the first marker: the two could share their dashes.
            pem = pem[Begin.Length..];
            var end = pem.IndexOf(End);
            if (end < 0)
            {
                throw Refuse("a PEM block without end");
            }

            if (found == count)
            {
                throw Refuse($"{count} certificates expected, more seen");
            }

            blocks[found++] = Decode(pem[..end]);
            pem = pem[(end + End.Length)..];
        }

        return found == count ? blocks : throw Refuse($"{count} certificates expected, {found} seen");
    }

    private static byte[] Decode(ReadOnlySpan<byte> text)
    {
        var buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var status = Base64.DecodeFromUtf8(text, buffer, out _, out var written);
        return status == OperationStatus.Done ? buffer[..written] : throw Refuse("a PEM block that is not base64");
    }

    private static TsfException Refuse(string why) => TsfErrors.CertificateMalformed.With("certificate chain: " + why);
}
