namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF3201: a quote that was not accepted; the verdict says at which step.</summary>
    public static readonly ErrorCode QuoteRefused = new("TSF3201", 403, "A TDX quote was refused", "Read the named step: expected and seen say what to change; `trustedserve attest explain` says it in words.");

    /// <summary>TSF3202: a certificate, a certificate extension or a revocation list that cannot be read.</summary>
    public static readonly ErrorCode CertificateMalformed = new("TSF3202", 400, "A certificate, its SGX extension or a revocation list is malformed", "Fetch the evidence or the collateral again; it was cut or changed on its way.");

    /// <summary>TSF3203: collateral that cannot be read.</summary>
    public static readonly ErrorCode CollateralMalformed = new("TSF3203", 400, "TDX collateral is malformed", "Fetch the collateral again and store the bytes exactly as they were served.");
}
