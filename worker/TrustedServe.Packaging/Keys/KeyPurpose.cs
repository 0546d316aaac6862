namespace TrustedServe.Packaging.Keys;

/// <summary>What a key opens.</summary>
public enum KeyPurpose
{
    /// <summary>A sealed package.</summary>
    Model,

    /// <summary>Rows of batch jobs, both ways.</summary>
    Rows,
}
