namespace TrustedServe.Kubernetes.Checks.Codes;

public static partial class CheckCodes
{
    /// <summary>TSK100: something could not be looked at.</summary>
    public static readonly CheckCode NotSeen = new(
        "TSK100",
        Severity.Warning,
        "Something could not be looked at",
        "What was not seen is not known to be in order.",
        "Grant the permission that the text names, or look by hand.");

    /// <summary>TSK101: the cluster has no such runtime class.</summary>
    public static readonly CheckCode RuntimeClassAbsent = new(
        "TSK101",
        Severity.Error,
        "The cluster has no such runtime class",
        "The pods are refused.",
        "Install the Kata runtime with this class, or name one that is there.");

    /// <summary>TSK102: the runtime class states no overhead.</summary>
    public static readonly CheckCode RuntimeClassWithoutOverhead = new(
        "TSK102",
        Severity.Error,
        "The runtime class states no overhead",
        "The scheduler does not count what the guest and its hypervisor need beside the limits: nodes run out of memory.",
        "Give the RuntimeClass overhead.podFixed, for kata-qemu-tdx cpu 1.0 and memory 2048Mi.");

    /// <summary>TSK103: kEDA is not installed.</summary>
    public static readonly CheckCode KedaAbsent = new(
        "TSK103",
        Severity.Error,
        "KEDA is not installed",
        "Nothing reads the ScaledObjects and ScaledJobs.",
        "Install KEDA 2.20 or later.");

    /// <summary>TSK104: the cluster does not serve the version of a kind.</summary>
    public static readonly CheckCode KedaVersion = new(
        "TSK104",
        Severity.Error,
        "The cluster does not serve the version of a kind",
        "The objects are refused.",
        "Install a release that serves it, or write the object for one that is served.");

    /// <summary>TSK105: kEDA's HTTP add-on is not installed.</summary>
    public static readonly CheckCode HttpAddOnAbsent = new(
        "TSK105",
        Severity.Error,
        "KEDA's HTTP add-on is not installed",
        "Nothing counts the HTTP requests, so nothing scales on them.",
        "Install the add-on in a release that serves the kind.");

    /// <summary>TSK106: no node that can take a trust domain is ready.</summary>
    public static readonly CheckCode NoTdxNode = new(
        "TSK106",
        Severity.Error,
        "No node that can take a trust domain is ready",
        "The pods wait for ever.",
        "Join a node with TDX, label it as the RuntimeClass selects, and let it be scheduled on.");

    /// <summary>TSK107: a node does not give exclusive cores.</summary>
    public static readonly CheckCode CpuManagerNotStatic = new(
        "TSK107",
        Severity.Error,
        "A node does not give exclusive cores",
        "Without the static policy lanes share their cores with other pods.",
        "Set cpuManagerPolicy: static in the node's kubelet configuration.");

    /// <summary>TSK108: the namespace's quota is too small.</summary>
    public static readonly CheckCode QuotaExceeded = new(
        "TSK108",
        Severity.Error,
        "The namespace's quota is too small",
        "Instances beyond it are refused, whatever KEDA asks for.",
        "Raise the quota, or lower maxReplicaCount.");

    /// <summary>TSK109: you may not apply these objects.</summary>
    public static readonly CheckCode PermissionMissing = new(
        "TSK109",
        Severity.Error,
        "You may not apply these objects",
        "The apply would stop half-way.",
        "Ask for the permission that the text names.");

    /// <summary>TSK110: the nodes do not hold maxReplicaCount instances.</summary>
    public static readonly CheckCode MoreReplicasThanRoom = new(
        "TSK110",
        Severity.Warning,
        "The nodes do not hold maxReplicaCount instances",
        "The instances beyond it wait for ever, while KEDA counts them as coming.",
        "Lower maxReplicaCount or add nodes.");

    /// <summary>TSK111: a node does not align cores and memory.</summary>
    public static readonly CheckCode TopologyNotAligned = new(
        "TSK111",
        Severity.Warning,
        "A node does not align cores and memory",
        "A guest over two NUMA nodes reads its weights across the machine.",
        "Set topologyManagerPolicy: single-numa-node in the node's kubelet configuration.");
}
