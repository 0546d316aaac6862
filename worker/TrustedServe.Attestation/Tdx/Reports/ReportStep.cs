namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>The steps of a report entry's life that can fail.</summary>
internal enum ReportStep
{
    /// <summary>mkdir.</summary>
    Create,

    /// <summary>Reading <c>provider</c>.</summary>
    Provider,

    /// <summary>Writing <c>inblob</c>.</summary>
    Input,

    /// <summary>Reading <c>outblob</c>.</summary>
    Quote,

    /// <summary>Reading <c>generation</c>.</summary>
    Generation,
}
