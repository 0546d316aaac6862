namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>What a policy's acceptance leads to.</summary>
public enum PolicyUse
{
    /// <summary>Somebody looks at evidence; nothing is given away.</summary>
    Inspection,

    /// <summary>A key is released: the policy must say which guest and which container it means.</summary>
    KeyRelease,
}
