namespace TrustedServe.Kubernetes.Description;

/// <summary>The numbers of a model, as in its manifest.</summary>
public enum ModelPrecision
{
    /// <summary>32-bit floating point.</summary>
    Fp32,

    /// <summary>8-bit integers.</summary>
    Int8,

    /// <summary>16-bit floating point with the exponent of 32 bits.</summary>
    Bf16,

    /// <summary>16-bit floating point.</summary>
    Fp16,
}
