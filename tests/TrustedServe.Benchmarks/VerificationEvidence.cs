using System.Globalization;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks;

/// <summary>The one quote of a real platform with complete collateral of its time.</summary>
public sealed class VerificationEvidence
{
    private VerificationEvidence(string folder)
    {
        var signers = Read("tcb_signing_chain_2018-2025.pem");
        Quote = File.ReadAllBytes(Path.Combine(folder, "quotes", "v4_debug_td_50806f.dat"));
        Collateral = new TdxCollateral
        {
            TcbInfo = Read("tcbinfo_50806f000000_2023-06.json"),
            TcbInfoIssuerChain = signers,
            QeIdentity = Read("qe_identity_td_2023-06.json"),
            QeIdentityIssuerChain = signers,
            PckCrl = Read("pck_crl_platform_2023-06.der"),
            PckCrlIssuerChain = Read("pck_crl_issuer_chain.pem"),
            RootCaCrl = Read("root_ca_crl_2023-04.der"),
        };

        byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder, "collateral", name));
    }

    /// <summary>A moment at which all of it counts.</summary>
    public static DateTimeOffset Clock { get; } = DateTimeOffset.Parse("2023-07-01T00:00:00Z", CultureInfo.InvariantCulture);

    /// <summary>The quote, of a guest under debug.</summary>
    public byte[] Quote { get; }

    /// <summary>Its collateral.</summary>
    public TdxCollateral Collateral { get; }

    /// <summary>Reads it; null where the folder of shared data is not beside the clone.</summary>
    public static VerificationEvidence? Find() =>
        Repository.Shared is { } shared && Path.Combine(shared, "data", "tdx") is var folder && Directory.Exists(folder) ? new VerificationEvidence(folder) : null;
}
