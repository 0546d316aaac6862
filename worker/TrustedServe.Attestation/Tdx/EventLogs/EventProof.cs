namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>How far an event's digest, once its register is borne out by a quote, proves what the event's data say.</summary>
public enum EventProof
{
    /// <summary>Not extended into any register: nothing is proven.</summary>
    None,

    /// <summary>The digest is that of something outside the log (an image, a kernel): the data only say what was meant.</summary>
    DigestOnly,

    /// <summary>The digest is that of a part of the data: the text after the boot loader's label, or a variable's value.</summary>
    PartOfData,

    /// <summary>The digest is that of the data: what they say was measured.</summary>
    WholeData,

    /// <summary>The type demands the digest of the data and this is another: the data are not what was measured.</summary>
    Contradicted,
}
