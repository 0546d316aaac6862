using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.Attestation.Tests.Tdx.Synthetic;

/// <summary>A provisioning hierarchy of the tests' own: the same names and forms as Intel's, other keys.</summary>
public sealed class SyntheticPki
{
    public static readonly DateTimeOffset From = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Until = new(2035, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<SyntheticPki> Cached = new(() => new SyntheticPki());

    // Given out as copies: a test that spoils one must not spoil it for those that run beside it.
    private readonly byte[] root;
    private readonly byte[] platformCa;
    private readonly byte[] processorCa;
    private readonly byte[] tcbSigner;

    public SyntheticPki()
    {
        root = Make(CertificateRules.RootName, RootKey, null, RootKey, "2265", isAuthority: true);
        platformCa = Make(CertificateRules.PlatformAuthorityName, PlatformKey, root, RootKey, "956f", isAuthority: true);
        processorCa = Make(CertificateRules.ProcessorAuthorityName, ProcessorKey, root, RootKey, "7f11", isAuthority: true);
        tcbSigner = Make(CertificateRules.TcbSignerName, TcbKey, root, RootKey, "7e38", isAuthority: false);
        Anchor = TrustAnchor.InsecureFromPublicKey(Point(RootKey));
    }

    /// <summary>One hierarchy shared by the tests: making keys costs time.</summary>
    public static SyntheticPki Shared => Cached.Value;

    public ECDsa RootKey { get; } = NewKey();

    public ECDsa PlatformKey { get; } = NewKey();

    public ECDsa ProcessorKey { get; } = NewKey();

    public ECDsa TcbKey { get; } = NewKey();

    public ECDsa LeafKey { get; } = NewKey();

    public ECDsa AttestationKey { get; } = NewKey();

    public byte[] Root => [.. root];

    public byte[] PlatformCa => [.. platformCa];

    public byte[] ProcessorCa => [.. processorCa];

    public byte[] TcbSigner => [.. tcbSigner];

    public TrustAnchor Anchor { get; }

    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static byte[] Point(ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        return [.. q.X!, .. q.Y!];
    }

    public static byte[] Pem(params byte[][] certificates) =>
        Encoding.ASCII.GetBytes(string.Concat(certificates.Select(der => new string(PemEncoding.Write("CERTIFICATE", der)) + "\n")));

    public static X500DistinguishedName Name(string commonName)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(commonName);
        builder.AddOrganizationName("Intel Corporation");
        builder.AddCountryOrRegion("US");
        return builder.Build();
    }

    /// <summary>Makes a certificate; every default can be broken.</summary>
    public static byte[] Make(
        string commonName,
        AsymmetricAlgorithm key,
        byte[]? issuer,
        ECDsa issuerKey,
        string serialHex,
        bool isAuthority,
        X509KeyUsageFlags? usage = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        HashAlgorithmName? hash = null,
        int? pathLength = null,
        params X509Extension[] extensions)
    {
        var algorithm = hash ?? HashAlgorithmName.SHA256;
        var request = key is RSA rsa
            ? new CertificateRequest(Name(commonName), rsa, algorithm, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(Name(commonName), (ECDsa)key, algorithm);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, isAuthority, pathLength ?? (issuer is null ? 1 : 0), true));

        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            usage ?? (isAuthority ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign : X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation), true));
        foreach (var extension in extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        using var loaded = issuer is null ? null : X509CertificateLoader.LoadCertificate(issuer);
        using var certificate = request.Create(
            loaded?.SubjectName ?? Name(commonName), X509SignatureGenerator.CreateForECDsa(issuerKey), from ?? From, until ?? Until, Convert.FromHexString(serialHex));
        return certificate.RawData;
    }

    public byte[] Leaf(PckSpec? spec = null, bool processor = false, string serialHex = "0a01", DateTimeOffset? from = null, DateTimeOffset? until = null)
    {
        spec ??= processor ? new PckSpec { WithPlatformMembers = false } : new PckSpec();
        X509Extension[] extensions = spec.Omit ? [] : [new X509Extension(PckExtension.Oid, spec.Encode(), false)];
        return Make(
            CertificateRules.LeafName, LeafKey, processor ? ProcessorCa : PlatformCa, processor ? ProcessorKey : PlatformKey, serialHex, isAuthority: false,
            usage: null, from, until, hash: null, pathLength: null, extensions);
    }

    /// <summary>Makes a revocation list by hand, so that every form can be made.</summary>
    public static byte[] Crl(string issuer, ECDsa key, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params string[] revokedSerials) =>
        Crl(issuer, key, thisUpdate, nextUpdate, criticalExtension: null, revokedSerials);

    public static byte[] Crl(string issuer, ECDsa key, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate, string? criticalExtension, string[] revokedSerials)
    {
        var tbs = new AsnWriter(AsnEncodingRules.DER);
        using (tbs.PushSequence())
        {
            tbs.WriteInteger(1);
            WriteAlgorithm(tbs);
            tbs.WriteEncodedValue(Name(issuer).RawData);
            tbs.WriteUtcTime(thisUpdate);
            if (nextUpdate is { } next)
            {
                tbs.WriteUtcTime(next);
            }

            if (revokedSerials.Length > 0)
            {
                using (tbs.PushSequence())
                {
                    foreach (var serial in revokedSerials)
                    {
                        using (tbs.PushSequence())
                        {
                            tbs.WriteIntegerUnsigned(Convert.FromHexString(serial));
                            tbs.WriteUtcTime(thisUpdate);
                        }
                    }
                }
            }

            if (criticalExtension is not null)
            {
                using (tbs.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                using (tbs.PushSequence())
                using (tbs.PushSequence())
                {
                    tbs.WriteObjectIdentifier(criticalExtension);
                    tbs.WriteBoolean(true);
                    tbs.WriteOctetString([5, 0]);
                }
            }
        }

        var encoded = tbs.Encode();
        var list = new AsnWriter(AsnEncodingRules.DER);
        using (list.PushSequence())
        {
            list.WriteEncodedValue(encoded);
            WriteAlgorithm(list);
            list.WriteBitString(key.SignData(encoded, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return list.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
        }
    }
}
