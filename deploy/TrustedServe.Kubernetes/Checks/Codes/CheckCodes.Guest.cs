namespace TrustedServe.Kubernetes.Checks.Codes;

public static partial class CheckCodes
{
    /// <summary>TSK001: the guest is sized twice.</summary>
    public static readonly CheckCode GuestSizedTwice = new(
        "TSK001",
        Severity.Error,
        "The guest is sized twice",
        "A TDX guest gets its defaults and the sum of the limits, so annotations that repeat the limits double it: memory and cores are taken from the host that nobody uses, and lanes are pinned to cores without a host core of their own.",
        "Leave the size to the limits: 'io.katacontainers.config.hypervisor.default_vcpus' is \"0\", default_memory covers the guest's own needs only.");

    /// <summary>TSK002: the guest has other vCPUs than the limits say.</summary>
    public static readonly CheckCode GuestDiffersFromLimits = new(
        "TSK002",
        Severity.Warning,
        "The guest has other vCPUs than the limits say",
        "The host pins vCPUs to exclusive cores only when their number equals the cpuset's, which is the limits.",
        "With kata-qemu-tdx set 'io.katacontainers.config.hypervisor.default_vcpus' to \"0\"; runtime-rs always adds one vCPU, so leave its guests a core for it or use the Go runtime.");

    /// <summary>TSK003: an annotation of the guest's size has no effect.</summary>
    public static readonly CheckCode GuestSizeIgnored = new(
        "TSK003",
        Severity.Warning,
        "An annotation of the guest's size has no effect",
        "runtime-rs sizes the guest by the limits alone as soon as there are any.",
        "Remove the annotation, or use the flavour of the runtime that reads it.");

    /// <summary>TSK004: an annotation of the guest's size is not valid.</summary>
    public static readonly CheckCode GuestAnnotationInvalid = new(
        "TSK004",
        Severity.Error,
        "An annotation of the guest's size is not valid",
        "The runtime refuses the pod, or takes a default that nobody meant.",
        "Write default_vcpus as a decimal number that is not negative and default_memory as MiB of at least 256, both in quotes.");

    /// <summary>TSK005: an annotation is not among those that nodes take.</summary>
    public static readonly CheckCode GuestAnnotationNotEnabled = new(
        "TSK005",
        Severity.Warning,
        "An annotation is not among those that nodes take",
        "Annotations count only when the configuration of the node names them; the confidential configurations name six.",
        "Use enable_iommu, kernel_params, kernel_verity_params, default_vcpus, default_memory and cc_init_data only; set the others on the node.");

    /// <summary>TSK006: the CPU is a fraction.</summary>
    public static readonly CheckCode FractionalCpu = new(
        "TSK006",
        Severity.Error,
        "The CPU is a fraction",
        "Only whole CPUs of a Guaranteed pod get cores of their own; a fraction shares the rest with everybody, and the guest is rounded up beyond its quota.",
        "Give whole CPUs to every container.");

    /// <summary>TSK007: a container has no limits for CPU or memory.</summary>
    public static readonly CheckCode LimitsMissing = new(
        "TSK007",
        Severity.Error,
        "A container has no limits for CPU or memory",
        "The guest is sized by the limits when it is created and cannot grow later.",
        "State limits.cpu and limits.memory for every container.");

    /// <summary>TSK008: requests are not equal to limits.</summary>
    public static readonly CheckCode NotGuaranteed = new(
        "TSK008",
        Severity.Error,
        "Requests are not equal to limits",
        "Such a pod is not Guaranteed: it gets no exclusive cores and is evicted first.",
        "Set requests equal to limits, or leave requests out.");
}
