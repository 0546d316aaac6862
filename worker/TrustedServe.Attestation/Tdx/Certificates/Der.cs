using System.Formats.Asn1;
using System.Security.Cryptography;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>What certificates and revocation lists share: guarded reading, times, names and the signature algorithm.</summary>
internal static class Der
{
    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    private const int MaxCommonNameLength = 64;
    private const int MaxReasonLength = 256;
    private const string CommonNameOid = "2.5.4.3";

    /// <summary>Runs a reader; whatever its input makes it throw becomes the one typed refusal.</summary>
    public static T Read<T>(string what, ReadOnlyMemory<byte> der, int maxLength, Func<AsnReader, T> read)
    {
        if (der.Length > maxLength)
        {
            throw Malformed(what, $"at most {maxLength} bytes expected, {der.Length} seen");
        }

        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var value = read(reader);
            reader.ThrowIfNotEmpty();
            return value;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or OverflowException or FormatException)
        {
            throw Malformed(what, "not the DER that is expected", e);
        }
    }

    /// <summary>Refuses with a reason, cut where the input's own text (an object identifier) makes it long.</summary>
    public static TsfException Malformed(string what, string why, Exception? inner = null) =>
        TsfErrors.CertificateMalformed.With($"{what}: {(why.Length <= MaxReasonLength ? why : why[..MaxReasonLength])}", inner);

    /// <summary>Reads what certificates and revocation lists are alike: a signed part, ECDSA with SHA-256, the signature.</summary>
    public static (ReadOnlyMemory<byte> ToBeSigned, ReadOnlyMemory<byte> Signature) ReadSigned(AsnReader reader, string what, Action<AsnReader> read)
    {
        var outer = reader.ReadSequence();
        var toBeSigned = outer.PeekEncodedValue();
        read(outer.ReadSequence());
        RequireEcdsaWithSha256(outer, what);
        var signature = ReadBytesOfBits(outer, what);
        outer.ThrowIfNotEmpty();
        return (toBeSigned, signature);
    }

    /// <summary>Reads an algorithm identifier, which must be ECDSA with SHA-256 without parameters.</summary>
    public static void RequireEcdsaWithSha256(AsnReader reader, string what)
    {
        var algorithm = reader.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        if (oid != EcdsaWithSha256)
        {
            throw Malformed(what, $"signature algorithm {EcdsaWithSha256} (ECDSA with SHA-256) expected, {oid} seen");
        }

        algorithm.ThrowIfNotEmpty();
    }

    /// <summary>Reads a UTCTime or a GeneralizedTime.</summary>
    public static DateTimeOffset ReadTime(AsnReader reader) => IsTime(reader, UniversalTagNumber.UtcTime)
        ? reader.ReadUtcTime(twoDigitYearMax: 2049)
        : reader.ReadGeneralizedTime();

    /// <summary>True when a time comes next.</summary>
    public static bool HasTime(AsnReader reader) =>
        reader.HasData && (IsTime(reader, UniversalTagNumber.UtcTime) || IsTime(reader, UniversalTagNumber.GeneralizedTime));

    /// <summary>Reads a serial number.</summary>
    public static SerialNumber ReadSerial(AsnReader reader, string what) => SerialNumber.TryRead(reader.ReadIntegerBytes().Span, out var serial)
        ? serial
        : throw Malformed(what, "a serial number of 1 to 20 bytes, not negative, is expected");

    /// <summary>Reads a bit string of whole bytes.</summary>
    public static ReadOnlyMemory<byte> ReadBytesOfBits(AsnReader reader, string what)
    {
        if (!reader.TryReadPrimitiveBitString(out var unused, out var bits) || unused != 0)
        {
            throw Malformed(what, "a bit string of whole bytes is expected");
        }

        return bits;
    }

    /// <summary>
    /// The one common name inside a distinguished name; null when there is none, more than one, or one that is longer than X.520
    /// allows or not printable ASCII: refusals show it to people, and no genuine certificate has such a name.
    /// </summary>
    public static string? CommonName(ReadOnlyMemory<byte> name)
    {
        string? found = null;
        var sets = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        while (sets.HasData)
        {
            var set = sets.ReadSetOf();
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                var oid = pair.ReadObjectIdentifier();
                var tag = pair.PeekTag();
                if (oid == CommonNameOid)
                {
                    if (found is not null || tag.TagClass != TagClass.Universal)
                    {
                        return null;
                    }

                    found = pair.ReadCharacterString((UniversalTagNumber)tag.TagValue);
                }
                else
                {
                    pair.ReadEncodedValue();
                }

                pair.ThrowIfNotEmpty();
            }
        }

        return found is { Length: > 0 and <= MaxCommonNameLength } && !found.AsSpan().ContainsAnyExceptInRange(' ', '~') ? found : null;
    }

    private static bool IsTime(AsnReader reader, UniversalTagNumber number) => reader.PeekTag().HasSameClassAndValue(new Asn1Tag(number));
}
