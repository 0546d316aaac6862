namespace TrustedServe.Attestation.Ear;

/// <summary>What an attestation service concludes about a module (<c>ear.status</c>).</summary>
public enum EarStatus
{
    /// <summary>It says nothing.</summary>
    None,

    /// <summary>All is as it should be.</summary>
    Affirming,

    /// <summary>Something is not as it should be, without being known to be harmful.</summary>
    Warning,

    /// <summary>It must not be trusted.</summary>
    Contraindicated,
}
