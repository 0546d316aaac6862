namespace TrustedServe.Kubernetes.Description;

/// <summary>What plaintext weights lie on.</summary>
public enum WeightsMedium
{
    /// <summary>A memory-backed volume of the guest, counted in its size.</summary>
    Memory,

    /// <summary>A disk; refused.</summary>
    Disk,
}
