namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>The places that a certificate can have in Intel's provisioning hierarchy.</summary>
public enum CertificateRole
{
    /// <summary>The root.</summary>
    Root,

    /// <summary>The authority below the root that signs PCK leaves: Platform CA or Processor CA.</summary>
    PckAuthority,

    /// <summary>A platform's own certificate.</summary>
    PckLeaf,

    /// <summary>The signer of TCB info and QE identity.</summary>
    TcbSigner,
}
