namespace TrustedServe.Kubernetes.Checks.Codes;

public static partial class CheckCodes
{
    /// <summary>TSK020: an image is not named by its digest.</summary>
    public static readonly CheckCode MutableImage = new(
        "TSK020",
        Severity.Error,
        "An image is not named by its digest",
        "A tag can point to something else tomorrow; what was measured and pinned is one image.",
        "Name the image as repository@sha256:….");

    /// <summary>TSK021: the pod shares a namespace of the host.</summary>
    public static readonly CheckCode HostNamespace = new(
        "TSK021",
        Severity.Error,
        "The pod shares a namespace of the host",
        "The host's network, processes or memory segments have no place in a trust domain, and outside of one they open the node.",
        "Remove hostNetwork, hostPID and hostIPC.");

    /// <summary>TSK022: a path of the host is mounted.</summary>
    public static readonly CheckCode HostPath = new(
        "TSK022",
        Severity.Error,
        "A path of the host is mounted",
        "What the host can write is not to be trusted, and what is written there the host can read.",
        "Use a memory-backed volume, or fetch what is needed from the store.");

    /// <summary>TSK023: a container is privileged.</summary>
    public static readonly CheckCode Privileged = new(
        "TSK023",
        Severity.Error,
        "A container is privileged",
        "It can do to the guest whatever the kernel can.",
        "Remove securityContext.privileged.");

    /// <summary>TSK024: a container gets capabilities.</summary>
    public static readonly CheckCode AddedCapability = new(
        "TSK024",
        Severity.Error,
        "A container gets capabilities",
        "Front end and worker need none.",
        "Remove capabilities.add, and drop ALL.");

    /// <summary>TSK025: a container may run as root.</summary>
    public static readonly CheckCode MayRunAsRoot = new(
        "TSK025",
        Severity.Error,
        "A container may run as root",
        "Root in the guest reads every process's memory, keys included.",
        "Set runAsNonRoot: true and a runAsUser that is not 0.");

    /// <summary>TSK026: a container may gain privileges.</summary>
    public static readonly CheckCode MayGainPrivileges = new(
        "TSK026",
        Severity.Warning,
        "A container may gain privileges",
        "A program with the set-user-ID bit, or a capability kept by default, is a way to root.",
        "Set allowPrivilegeEscalation: false and capabilities.drop: [ALL].");

    /// <summary>TSK027: the root file system can be written.</summary>
    public static readonly CheckCode WritableRoot = new(
        "TSK027",
        Severity.Warning,
        "The root file system can be written",
        "What is written there may lie on a disk, and a changed program is started again.",
        "Set readOnlyRootFilesystem: true, and mount a memory-backed volume where something must be written.");

    /// <summary>TSK028: no seccomp profile is set.</summary>
    public static readonly CheckCode NoSeccomp = new(
        "TSK028",
        Severity.Warning,
        "No seccomp profile is set",
        "The default is no filter at all outside a guest that brings one.",
        "Set securityContext.seccompProfile.type: RuntimeDefault for the pod.");

    /// <summary>TSK029: a container takes a port of the host.</summary>
    public static readonly CheckCode HostPort = new(
        "TSK029",
        Severity.Warning,
        "A container takes a port of the host",
        "It goes around Services and policies, and one pod a node is all that fits.",
        "Remove hostPort; use a Service.");

    /// <summary>TSK030: a service account's token is mounted.</summary>
    public static readonly CheckCode ServiceAccountToken = new(
        "TSK030",
        Severity.Error,
        "A service account's token is mounted",
        "The host signs and reads it, and nothing in the pod needs it; whoever breaks in would.",
        "Set automountServiceAccountToken: false, and mount no projected token.");

    /// <summary>TSK031: no NetworkPolicy selects the pod.</summary>
    public static readonly CheckCode NoNetworkPolicy = new(
        "TSK031",
        Severity.Error,
        "No NetworkPolicy selects the pod",
        "Without one everything may talk to it, and it to everything.",
        "Add a NetworkPolicy for Ingress and Egress that lets in the ingress and KEDA, and out to broker, store, queue and DNS.");

    /// <summary>TSK032: the pod may send anywhere.</summary>
    public static readonly CheckCode OpenEgress = new(
        "TSK032",
        Severity.Warning,
        "The pod may send anywhere",
        "Whoever breaks in sends what was decrypted where they like.",
        "List broker, store, queue and DNS in the policy's egress rules, with ports.");

    /// <summary>TSK033: the pod may be reached from anywhere.</summary>
    public static readonly CheckCode OpenIngress = new(
        "TSK033",
        Severity.Warning,
        "The pod may be reached from anywhere",
        "Only the ingress and KEDA have a reason to.",
        "Name the peers in the policy's ingress rules.");

    /// <summary>TSK034: the mesh also takes unencrypted connections.</summary>
    public static readonly CheckCode MeshNotStrict = new(
        "TSK034",
        Severity.Error,
        "The mesh also takes unencrypted connections",
        "PERMISSIVE lets anybody on the network read and forge what the mesh was set up to protect.",
        "Set the PeerAuthentication to STRICT, ports included, and remove what turns TLS off.");
}
