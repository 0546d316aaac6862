using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>
/// An X.509 certificate of Intel's provisioning hierarchy, read by hand: version 3, a P-256 key, signed with ECDSA and SHA-256,
/// no critical extension that this reader does not understand. Reading judges the form only; <see cref="CertificateRules"/> judges
/// the role.
/// </summary>
public sealed class SgxCertificate
{
    /// <summary>Real certificates have 600 to 1,300 bytes.</summary>
    public const int MaxLength = 16 * 1024;

    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string Prime256v1 = "1.2.840.10045.3.1.7";
    private const string KeyUsageOid = "2.5.29.15";
    private const string BasicConstraintsOid = "2.5.29.19";
    private const string What = "certificate";

    private ReadOnlyMemory<byte> toBeSigned;
    private ReadOnlyMemory<byte> signature;

    private P256Key? key;
    private volatile P256Key? signedBy;
    private volatile P256Key? attestationKey;

    private SgxCertificate(ReadOnlyMemory<byte> der) => Raw = der;

    /// <summary>The whole certificate.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>The serial number.</summary>
    public SerialNumber Serial { get; private set; }

    /// <summary>The issuer's distinguished name, in DER.</summary>
    public ReadOnlyMemory<byte> Issuer { get; private set; }

    /// <summary>The subject's distinguished name, in DER.</summary>
    public ReadOnlyMemory<byte> Subject { get; private set; }

    /// <summary>The subject's common name; null when there is not exactly one.</summary>
    public string? CommonName { get; private set; }

    /// <summary>First moment of validity.</summary>
    public DateTimeOffset NotBefore { get; private set; }

    /// <summary>Last moment of validity.</summary>
    public DateTimeOffset NotAfter { get; private set; }

    /// <summary>The public key, X and Y on P-256.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; private set; }

    /// <summary>The public key, ready to check what this certificate's owner signed.</summary>
    public P256Key Key => LazyInitializer.EnsureInitialized(ref key, () => new P256Key(PublicKey));

    /// <summary>True when basic constraints say so.</summary>
    public bool IsCertificateAuthority { get; private set; }

    /// <summary>How many authorities may stand below this one; null when nothing is said.</summary>
    public int? PathLength { get; private set; }

    /// <summary>What the key may be used for; null when nothing is said.</summary>
    public X509KeyUsageFlags? KeyUsage { get; private set; }

    /// <summary>The value of the SGX extension; null when there is none.</summary>
    public ReadOnlyMemory<byte>? SgxExtension { get; private set; }

    /// <summary>Reads one certificate.</summary>
    /// <param name="der">The certificate; the memory is kept and must not change.</param>
    /// <exception cref="TrustedServe.Protocol.Errors.TsfException">TSF3202: not such a certificate.</exception>
    public static SgxCertificate Parse(ReadOnlyMemory<byte> der)
    {
        var certificate = new SgxCertificate(der);
        return Der.Read(What, der, MaxLength, certificate.Fill);
    }

    /// <summary>True when this key signed the certificate; the answer yes is remembered.</summary>
    public bool IsSignedBy(P256Key issuer)
    {
        if (ReferenceEquals(signedBy, issuer))
        {
            return true;
        }

        if (!issuer.VerifyDer(toBeSigned.Span, signature.Span))
        {
            return false;
        }

        signedBy = issuer;
        return true;
    }

    /// <summary>
    /// The key that a quoting enclave of this platform names, ready to check quotes with. It lasts for as long as the enclave's
    /// version, so the last one is kept; whether the enclave named it is not judged here.
    /// </summary>
    /// <param name="point">X and Y, 64 bytes; not kept.</param>
    internal P256Key AttestationKey(ReadOnlySpan<byte> point)
    {
        if (attestationKey is { } last && last.Point.SequenceEqual(point))
        {
            return last;
        }

        return attestationKey = new P256Key(point.ToArray());
    }

    private SgxCertificate Fill(AsnReader reader)
    {
        (toBeSigned, signature) = Der.ReadSigned(reader, What, FillToBeSigned);
        return this;
    }

    private void FillToBeSigned(AsnReader tbs)
    {
        var version = tbs.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        if (!version.TryReadInt32(out var number) || number != 2)
        {
            throw Der.Malformed(What, "X.509 version 3 expected");
        }

        version.ThrowIfNotEmpty();
        Serial = Der.ReadSerial(tbs, What);
        Der.RequireEcdsaWithSha256(tbs, What);
        Issuer = tbs.ReadEncodedValue();
        var validity = tbs.ReadSequence();
        (NotBefore, NotAfter) = (Der.ReadTime(validity), Der.ReadTime(validity));
        validity.ThrowIfNotEmpty();
        Subject = tbs.ReadEncodedValue();
        CommonName = Der.CommonName(Subject);
        PublicKey = ReadKey(tbs.ReadSequence());
        var extensions = tbs.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 3));
        FillExtensions(extensions.ReadSequence());
        extensions.ThrowIfNotEmpty();
        tbs.ThrowIfNotEmpty();
    }

    private static ReadOnlyMemory<byte> ReadKey(AsnReader info)
    {
        var algorithm = info.ReadSequence();
        var kind = algorithm.ReadObjectIdentifier();
        if (kind != EcPublicKey)
        {
            throw Der.Malformed(What, $"a P-256 key expected, key algorithm {kind} seen");
        }

        var curve = algorithm.ReadObjectIdentifier();
        algorithm.ThrowIfNotEmpty();
        var point = Der.ReadBytesOfBits(info, What);
        info.ThrowIfNotEmpty();
        if (curve != Prime256v1 || point.Length != P256.KeyLength + 1 || point.Span[0] != 4)
        {
            throw Der.Malformed(What, $"an uncompressed point on P-256 expected, curve {curve} and {point.Length} bytes seen");
        }

        return point[1..];
    }

    private void FillExtensions(AsnReader extensions)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var critical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
            if (!extension.TryReadPrimitiveOctetString(out var value) || !seen.Add(oid))
            {
                throw Der.Malformed(What, $"extension {oid} is doubled or has no plain value");
            }

            extension.ThrowIfNotEmpty();
            switch (oid)
            {
                case KeyUsageOid:
                    KeyUsage = ReadKeyUsage(value);
                    break;
                case BasicConstraintsOid:
                    ReadBasicConstraints(value);
                    break;
                case PckExtension.Oid:
                    SgxExtension = value;
                    break;
                default:
                    if (critical)
                    {
                        throw Der.Malformed(What, $"critical extension {oid} is not understood");
                    }

                    break;
            }
        }
    }

    private static X509KeyUsageFlags ReadKeyUsage(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        if (!reader.TryReadPrimitiveBitString(out _, out var bits) || bits.Length is 0 or > 2)
        {
            throw Der.Malformed(What, "key usage of one or two bytes expected");
        }

        reader.ThrowIfNotEmpty();
        return (X509KeyUsageFlags)(bits.Span[0] | (bits.Length == 2 ? bits.Span[1] << 8 : 0));
    }

    private void ReadBasicConstraints(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var constraints = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        if (constraints.HasData && constraints.PeekTag() == Asn1Tag.Boolean)
        {
            IsCertificateAuthority = constraints.ReadBoolean();
        }

        if (constraints.HasData)
        {
            if (!constraints.TryReadInt32(out var length) || length < 0)
            {
                throw Der.Malformed(What, "a path length that is not negative expected");
            }

            PathLength = length;
        }

        constraints.ThrowIfNotEmpty();
    }
}
