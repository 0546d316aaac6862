using System.Security.Cryptography.X509Certificates;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>What a certificate must be to have a role: its common name, whether it is an authority, what its key may do.</summary>
public static class CertificateRules
{
    /// <summary>Common name of the root.</summary>
    public const string RootName = "Intel SGX Root CA";

    /// <summary>Common name of the authority for multi-package platforms.</summary>
    public const string PlatformAuthorityName = "Intel SGX PCK Platform CA";

    /// <summary>Common name of the authority for single-package platforms.</summary>
    public const string ProcessorAuthorityName = "Intel SGX PCK Processor CA";

    /// <summary>Common name of a platform's certificate.</summary>
    public const string LeafName = "Intel SGX PCK Certificate";

    /// <summary>Common name of the signer of TCB info and QE identity.</summary>
    public const string TcbSignerName = "Intel SGX TCB Signing";

    private const X509KeyUsageFlags AuthorityUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    /// <summary>The first rule that the certificate breaks in this role, as "expected" and "seen"; null when it breaks none.</summary>
    public static (string Expected, string Seen)? Broken(SgxCertificate certificate, CertificateRole role)
    {
        if (!IsNamed(certificate.CommonName, role))
        {
            return ($"CN={Names(role)}", $"CN={certificate.CommonName ?? "(none or several)"}");
        }

        var isAuthority = role is CertificateRole.Root or CertificateRole.PckAuthority;
        if (certificate.IsCertificateAuthority != isAuthority)
        {
            return ($"{Names(role)} {(isAuthority ? "is" : "is not")} a certificate authority", $"CA={certificate.IsCertificateAuthority}");
        }

        // The root stands above one authority; a PCK authority above none.
        if (role == CertificateRole.Root && certificate.PathLength is < 1)
        {
            return ("root with a path length of at least 1", $"{certificate.PathLength}");
        }

        var required = isAuthority ? AuthorityUsage : X509KeyUsageFlags.DigitalSignature;
        var forbidden = isAuthority ? X509KeyUsageFlags.None : AuthorityUsage;
        var usage = certificate.KeyUsage ?? X509KeyUsageFlags.None;
        return (usage & required) == required && (usage & forbidden) == 0
            ? null
            : ($"{Names(role)} with key usage {required}{(isAuthority ? "" : ", without certificate or CRL signing")}", $"{usage}");
    }

    /// <summary>True when the clock lies within the certificate's validity, both ends included.</summary>
    public static bool IsValidAt(SgxCertificate certificate, DateTimeOffset clock) => certificate.NotBefore <= clock && clock <= certificate.NotAfter;

    private static bool IsNamed(string? name, CertificateRole role) => role switch
    {
        CertificateRole.Root => name == RootName,
        CertificateRole.PckAuthority => name is PlatformAuthorityName or ProcessorAuthorityName,
        CertificateRole.PckLeaf => name == LeafName,
        _ => name == TcbSignerName,
    };

    private static string Names(CertificateRole role) => role switch
    {
        CertificateRole.Root => RootName,
        CertificateRole.PckAuthority => PlatformAuthorityName + " or " + ProcessorAuthorityName,
        CertificateRole.PckLeaf => LeafName,
        _ => TcbSignerName,
    };
}
