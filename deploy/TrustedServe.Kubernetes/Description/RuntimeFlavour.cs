namespace TrustedServe.Kubernetes.Description;

/// <summary>The runtime that makes a trust domain of a pod. They size a guest by different rules.</summary>
public enum RuntimeFlavour
{
    /// <summary>Kata's runtime in Go, class <c>kata-qemu-tdx</c>.</summary>
    KataQemuTdx,

    /// <summary>Kata's runtime in Rust, class <c>kata-qemu-tdx-runtime-rs</c>.</summary>
    KataQemuTdxRuntimeRs,
}
