namespace TrustedServe.Packaging.SealedPackages;

/// <summary>What is known of a sealed package's signature.</summary>
public enum SignatureState
{
    /// <summary>There is none.</summary>
    Absent,

    /// <summary>There is one, but no public key was given to check it with.</summary>
    NotChecked,

    /// <summary>The block names another signer than the given key.</summary>
    OtherPublisher,

    /// <summary>The block names the given key, but the signature is not over this envelope.</summary>
    Invalid,

    /// <summary>The given key signed this envelope.</summary>
    Valid,
}
