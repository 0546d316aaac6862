namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The steps of verification, in the order in which they are taken. A refusal names the first that fails.</summary>
public enum TdxStep
{
    /// <summary>The bytes are a TDX quote of a known version and layout.</summary>
    Format,

    /// <summary>Nothing, or nothing but zero bytes, follows the quote.</summary>
    TrailingData,

    /// <summary>The quote carries exactly three readable certificates: leaf, intermediate, self-issued root.</summary>
    PckChain,

    /// <summary>The chain's root has the pinned key.</summary>
    TrustAnchor,

    /// <summary>Root, intermediate and leaf are signed by the one above, under its name.</summary>
    PckChainSignatures,

    /// <summary>Each certificate has the name, the rights and the key usage of its place.</summary>
    PckChainProfile,

    /// <summary>Each certificate is valid at the clock.</summary>
    PckChainValidity,

    /// <summary>The leaf carries Intel's extension, complete and in its form.</summary>
    PckExtension,

    /// <summary>There is collateral.</summary>
    Collateral,

    /// <summary>The root's revocation list is there, readable, and signed by the root.</summary>
    RootCrl,

    /// <summary>The root's revocation list is current.</summary>
    RootCrlValidity,

    /// <summary>The intermediate is not revoked.</summary>
    IntermediateRevocation,

    /// <summary>The leaf issuer's revocation list is there, readable, issued and signed by the leaf's issuer.</summary>
    PckCrl,

    /// <summary>The leaf issuer's revocation list is current.</summary>
    PckCrlValidity,

    /// <summary>The leaf is not revoked.</summary>
    PckRevocation,

    /// <summary>The platform signed the quoting enclave's report.</summary>
    QeReportSignature,

    /// <summary>The attestation key is a point on P-256.</summary>
    AttestationKey,

    /// <summary>The quoting enclave's report binds the attestation key and the authentication data.</summary>
    QeReportBinding,

    /// <summary>The attestation key signed the quote.</summary>
    QuoteSignature,

    /// <summary>The signer of TCB info leads to the pinned root and has that role.</summary>
    TcbInfoSigner,

    /// <summary>The signer of TCB info is valid at the clock.</summary>
    TcbInfoSignerValidity,

    /// <summary>The signer of TCB info is not revoked.</summary>
    TcbInfoSignerRevocation,

    /// <summary>TCB info is one signed JSON object.</summary>
    TcbInfoDocument,

    /// <summary>TCB info is signed, byte for byte.</summary>
    TcbInfoSignature,

    /// <summary>TCB info is about TDX, of the known version, and complete.</summary>
    TcbInfo,

    /// <summary>TCB info is issued and not expired at the clock.</summary>
    TcbInfoValidity,

    /// <summary>The signer of QE identity leads to the pinned root and has that role.</summary>
    QeIdentitySigner,

    /// <summary>The signer of QE identity is valid at the clock.</summary>
    QeIdentitySignerValidity,

    /// <summary>The signer of QE identity is not revoked.</summary>
    QeIdentitySignerRevocation,

    /// <summary>QE identity is one signed JSON object.</summary>
    QeIdentityDocument,

    /// <summary>QE identity is signed, byte for byte.</summary>
    QeIdentitySignature,

    /// <summary>QE identity is about the TD quoting enclave, of the known version, and complete.</summary>
    QeIdentity,

    /// <summary>QE identity is issued and not expired at the clock.</summary>
    QeIdentityValidity,

    /// <summary>TCB info is about this platform (FMSPC and PCEID).</summary>
    Platform,

    /// <summary>The quoting enclave is Intel's.</summary>
    QeReport,

    /// <summary>The quoting enclave's version has a level.</summary>
    QeTcbLevel,

    /// <summary>The TDX module is one that TCB info describes.</summary>
    TdxModule,

    /// <summary>The platform has a TCB level.</summary>
    PlatformTcbLevel,

    /// <summary>The TDX module's version has a level.</summary>
    TdxModuleTcbLevel,

    /// <summary>The worst of platform, module and quoting enclave is an accepted status.</summary>
    TcbStatus,

    /// <summary>The TCB evaluation data number is high enough.</summary>
    EvaluationDataNumber,

    /// <summary>Nobody can debug the TD.</summary>
    Debug,

    /// <summary>No service TD can migrate the TD, and none is bound to it, unless expected ones are named.</summary>
    ServiceTd,

    /// <summary>The report data is what was asked to be bound.</summary>
    ReportData,

    /// <summary>A measurement is among the expected ones.</summary>
    Measurement,

    /// <summary>TD attributes and XFAM are as expected.</summary>
    Attributes,
}
