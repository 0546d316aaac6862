namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF7000: the description is no YAML document of the bounded form that is read.</summary>
    public static readonly ErrorCode DescriptionUnreadable = new("TSF7000", 422, "The description of the deployment is not readable", "Write one YAML document without anchors, aliases and tags; the message has line and column.");

    /// <summary>TSF7001: values of the description break their rules.</summary>
    public static readonly ErrorCode InvalidDescription = new("TSF7001", 422, "The description of the deployment is not valid", "Correct the values that the message lists; trustedserve.schema.json states every rule.");

    /// <summary>TSF7002: several reasons at once, each with its own code.</summary>
    public static readonly ErrorCode RenderRefused = new("TSF7002", 422, "The deployment is refused for several reasons", "Resolve each reason that the message lists; 'trustedserve errors CODE' says more of each.");

    /// <summary>TSF7003: front end and worker in pods of their own, whose channel would be in the clear.</summary>
    public static readonly ErrorCode SeparatePods = new("TSF7003", 422, "Front end and worker cannot be separate pods", "Leave instance.pods at 'together': between pods the channel is not attested yet, and requests would cross it unprotected.");

    /// <summary>TSF7004: an agent policy that lets the machine's owner start other containers.</summary>
    public static readonly ErrorCode UnpinnedAgentPolicy = new("TSF7004", 422, "The agent policy does not pin the containers", "Leave trust.agentPolicy at 'pinned': every container of a pod can ask for its keys, so image, arguments, environment and mounts must be fixed.");

    /// <summary>TSF7005: plaintext weights on something that is not the guest's own memory.</summary>
    public static readonly ErrorCode WeightsNotInMemory = new("TSF7005", 422, "Weights would lie outside of protected memory", "Leave instance.weightsVolume at 'memory': other volumes are disks, and the machine's owner has those.");

    /// <summary>TSF7006: from zero instances nothing would ever start one.</summary>
    public static readonly ErrorCode SelfServedActivator = new("TSF7006", 422, "Nothing could start the first instance", "Choose another scaler for requests, or set scaling.scaleToZero to false with scaling.min of at least 1.");

    /// <summary>TSF7007: the sizes contradict each other or the machine.</summary>
    public static readonly ErrorCode InstanceDoesNotFit = new("TSF7007", 422, "The sizes do not fit", "Change the size that the message names, with the arithmetic that it shows.");

    /// <summary>TSF7008: a fraction of a core cannot be pinned, and the guest's size is whole.</summary>
    public static readonly ErrorCode FractionalCores = new("TSF7008", 422, "An instance needs whole cores", "Give instance.cores a whole number: only whole cores are exclusive, and a guest has whole processors.");
}
