namespace TrustedServe.Kubernetes.Checks.Codes;

public static partial class CheckCodes
{
    /// <summary>TSK040: the pod has no runtime class.</summary>
    public static readonly CheckCode NoRuntimeClass = new(
        "TSK040",
        Severity.Error,
        "The pod has no runtime class",
        "It runs on the node's kernel, in memory that the machine's owner can read.",
        "Set runtimeClassName: kata-qemu-tdx.");

    /// <summary>TSK041: the runtime class is not known to be confidential.</summary>
    public static readonly CheckCode NotConfidential = new(
        "TSK041",
        Severity.Error,
        "The runtime class is not known to be confidential",
        "Only a trust domain protects the pod from the machine's owner.",
        "Use kata-qemu-tdx, or give the RuntimeClass object with its handler to this check too.");

    /// <summary>TSK042: trust is simulated or turned off.</summary>
    public static readonly CheckCode SimulatedTrust = new(
        "TSK042",
        Severity.Error,
        "Trust is simulated or turned off",
        "Simulated evidence can be made by anybody: it releases keys to everybody who asks.",
        "Remove the option; what has Insecure in its name is for one machine and development.");

    /// <summary>TSK043: a setting that decides trust comes from the cluster.</summary>
    public static readonly CheckCode TrustSettingFromHost = new(
        "TSK043",
        Severity.Error,
        "A setting that decides trust comes from the cluster",
        "Environment, arguments, ConfigMaps and Secrets belong to the machine's owner; inside a trust domain such a start is refused.",
        "Put the setting into the resource that Trust:Settings names and the broker releases after attestation.");

    /// <summary>TSK044: attestation that fails lets the start go on.</summary>
    public static readonly CheckCode FailOpenAttestation = new(
        "TSK044",
        Severity.Error,
        "Attestation that fails lets the start go on",
        "Then attestation proves nothing: whoever breaks it gets what it should protect.",
        "Make every failure of attestation end the start: no '|| true', no optional mode, no failurePolicy Ignore.");

    /// <summary>TSK045: the pod carries no initdata, so MRCONFIGID is not pinned.</summary>
    public static readonly CheckCode NoInitData = new(
        "TSK045",
        Severity.Error,
        "The pod carries no initdata, so MRCONFIGID is not pinned",
        "A quote names the guest, only initdata names the container: without it the key goes to any container in the same guest.",
        "Add 'io.katacontainers.config.hypervisor.cc_init_data' (gzip, base64) and its digest to the broker's rule.");

    /// <summary>TSK046: the initdata cannot be read.</summary>
    public static readonly CheckCode InitDataInvalid = new(
        "TSK046",
        Severity.Error,
        "The initdata cannot be read",
        "The guest does not start, or starts with another configuration than was meant.",
        "Encode the TOML document with gzip and base64; 'trustedserve deploy render' does.");

    /// <summary>TSK047: a broker rule for TDX does not pin MRCONFIGID.</summary>
    public static readonly CheckCode RuleWithoutMrConfigId = new(
        "TSK047",
        Severity.Error,
        "A broker rule for TDX does not pin MRCONFIGID",
        "It releases the key to every container that runs in the same guest image.",
        "Add mr_config_id or init_data to the rule.");

    /// <summary>TSK048: the initdata holds no agent policy.</summary>
    public static readonly CheckCode NoAgentPolicy = new(
        "TSK048",
        Severity.Error,
        "The initdata holds no agent policy",
        "The host may then start other containers in the guest, change arguments and read streams.",
        "Put policy.rego into the initdata, where MRCONFIGID covers it; an annotation is not measured.");

    /// <summary>TSK049: the agent policy lets the host in.</summary>
    public static readonly CheckCode OpenAgentPolicy = new(
        "TSK049",
        Severity.Error,
        "The agent policy lets the host in",
        "Exec, copies, stream reading or policy changes are ways for the host into the guest.",
        "Make the policy's default deny, and allow what the pod needs alone.");

    /// <summary>TSK050: a probe or hook runs a command in the container.</summary>
    public static readonly CheckCode ExecUnderPolicy = new(
        "TSK050",
        Severity.Error,
        "A probe or hook runs a command in the container",
        "An agent policy that refuses exec refuses it too: the pod never becomes ready, or is not drained.",
        "Use HTTP or gRPC probes; SIGTERM drains without a hook, and a preStop sleep needs no exec.");

    /// <summary>TSK051: the guest is started for debugging.</summary>
    public static readonly CheckCode DebugGuest = new(
        "TSK051",
        Severity.Error,
        "The guest is started for debugging",
        "A debug console is a shell in the trust domain for the host.",
        "Remove it from kernel_params.");

    /// <summary>TSK052: a webhook is asked to change the pod.</summary>
    public static readonly CheckCode WebhookChangesPod = new(
        "TSK052",
        Severity.Error,
        "A webhook is asked to change the pod",
        "It adds containers, mounts or variables that the agent policy does not pin, and the policy refuses the pod.",
        "Remove the label or annotation; give the pod its credentials as a broker resource.");

    /// <summary>TSK053: the model's key lies on the volume of the model.</summary>
    public static readonly CheckCode KeyBesideModel = new(
        "TSK053",
        Severity.Error,
        "The model's key lies on the volume of the model",
        "Whoever can read the one can read the other: the model might as well not be encrypted.",
        "Let the broker release the key after attestation; keep no key on a volume.");

    /// <summary>TSK054: a model's key is in a Secret or ConfigMap.</summary>
    public static readonly CheckCode KeyInObject = new(
        "TSK054",
        Severity.Error,
        "A model's key is in a Secret or ConfigMap",
        "Everybody who may read the object, and the machine's owner, has the key.",
        "Put the key into the broker, and remove the object.");

    /// <summary>TSK055: a storage credential is in the pod's environment.</summary>
    public static readonly CheckCode CredentialInEnvironment = new(
        "TSK055",
        Severity.Error,
        "A storage credential is in the pod's environment",
        "Environment belongs to the machine's owner.",
        "Make the credential a broker resource; KEDA has its own identity.");

    /// <summary>TSK056: weights have no memory-backed volume.</summary>
    public static readonly CheckCode WeightsNotInMemory = new(
        "TSK056",
        Severity.Error,
        "Weights have no memory-backed volume",
        "Decrypted weights would lie on a disk or in a /dev/shm that is too small.",
        "Mount an emptyDir with medium: Memory and name it in Worker:WeightsDirectory.");

    /// <summary>TSK057: a memory-backed volume has no size limit.</summary>
    public static readonly CheckCode MemoryVolumeUnbounded = new(
        "TSK057",
        Severity.Error,
        "A memory-backed volume has no size limit",
        "It can fill the guest, which cannot grow.",
        "Set sizeLimit.");

    /// <summary>TSK058: memory-backed volumes leave no room in the limits.</summary>
    public static readonly CheckCode MemoryVolumeNotCounted = new(
        "TSK058",
        Severity.Error,
        "Memory-backed volumes leave no room in the limits",
        "What is written there counts against the container's memory: the kernel ends the worker while it loads.",
        "Raise limits.memory by the volumes' size.");

    /// <summary>TSK059: a scratch volume of a trust domain is on a disk.</summary>
    public static readonly CheckCode ScratchOnDisk = new(
        "TSK059",
        Severity.Error,
        "A scratch volume of a trust domain is on a disk",
        "A volume without medium: Memory may be a block device of the host.",
        "Set medium: Memory and a sizeLimit.");
}
