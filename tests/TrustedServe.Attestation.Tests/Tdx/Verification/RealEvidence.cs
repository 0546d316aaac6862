using System.Globalization;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>Quotes and collateral of real platforms, where the folder of shared data lies beside the clone.</summary>
public static class RealEvidence
{
    public const string Absent = "The folder with quotes of real platforms is not beside this clone.";

    public const string OldSigner = "tcb_signing_chain_2018-2025.pem";

    public const string NewSigner = "renewed/tcb_signing_chain_2025-2032.pem";

    public static bool IsAbsent => Repository.Shared is null || !Directory.Exists(Path.Combine(Repository.Shared, "data", "tdx"));

    public static byte[] Quote(string name, string folder = "quotes") => Read(folder, name + ".dat");

    /// <summary>The quotes of a folder, by name.</summary>
    public static IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(Path.Combine(Repository.Shared!, "data", "tdx", folder), "*.dat").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static byte[] Read(params string[] path) => File.ReadAllBytes(Path.Combine([Repository.Shared!, "data", "tdx", .. path]));

    public static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Collateral by name: <c>2023</c> (complete), <c>00a06d</c>, <c>00a06d-old-signer</c>, <c>00a06d-2023-crls</c>, <c>90c06f</c>, or <c>none</c>.</summary>
    public static TdxCollateral? Collateral(string name) => name switch
    {
        "2023" => With("tcbinfo_50806f000000_2023-06.json", "qe_identity_td_2023-06.json", OldSigner, crls: true),
        "00a06d" => With("tcbinfo_00a06d080000_2025-10.json", "qe_identity_td_2025-10.json", NewSigner, crls: false),
        "00a06d-old-signer" => With("tcbinfo_00a06d080000_2025-10.json", "qe_identity_td_2025-10.json", OldSigner, crls: false),
        "00a06d-2023-crls" => With("tcbinfo_00a06d080000_2025-10.json", "qe_identity_td_2025-10.json", NewSigner, crls: true),
        "90c06f" => With("tcbinfo_90c06f000000_2026-02.json", "qe_identity_td_2025-10.json", NewSigner, crls: false),
        "none" => null,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <summary>Options by the letters of a row: d allows debugging, s any status, c missing CRLs, e expired collateral, n no collateral, t trailing data.</summary>
    public static TdxVerifierOptions Options(string flags) => new()
    {
        InsecureAllowDebug = flags.Contains('d'),
        AcceptedStatuses = flags.Contains('s') ? [.. Enum.GetValues<TcbStatus>()] : [TcbStatus.UpToDate],
        InsecureAllowMissingCrls = flags.Contains('c'),
        InsecureAllowExpiredCollateral = flags.Contains('e'),
        InsecureAllowMissingCollateral = flags.Contains('n'),
        AllowTrailingData = flags.Contains('t'),
    };

    private static TdxCollateral With(string tcbInfo, string qeIdentity, string signer, bool crls) => new()
    {
        TcbInfo = Read("collateral", tcbInfo),
        TcbInfoIssuerChain = Read(["collateral", .. signer.Split('/')]),
        QeIdentity = Read("collateral", qeIdentity),
        QeIdentityIssuerChain = Read(["collateral", .. signer.Split('/')]),
        PckCrl = crls ? Read("collateral", "pck_crl_platform_2023-06.der") : null,
        PckCrlIssuerChain = crls ? Read("collateral", "pck_crl_issuer_chain.pem") : null,
        RootCaCrl = crls ? Read("collateral", "root_ca_crl_2023-04.der") : null,
    };
}
