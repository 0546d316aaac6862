namespace TrustedServe.Attestation.Tdx.Quotes;

/// <summary>The kind of TD report inside a quote; the numbers are those of the version 5 body descriptor.</summary>
public enum QuoteBodyType : ushort
{
    /// <summary>TDX 1.0 report of 584 bytes: every version 4 quote, and version 5 type 2.</summary>
    Tdx10 = 2,

    /// <summary>TDX 1.5 report of 648 bytes, which adds the current module's TCB and the service TD's measurement.</summary>
    Tdx15 = 3,
}
