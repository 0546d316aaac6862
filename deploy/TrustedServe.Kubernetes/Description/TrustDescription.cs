namespace TrustedServe.Kubernetes.Description;

/// <summary>Who decides what an instance may have. It goes into measured initdata and the broker's policy, never into a pod's environment.</summary>
public sealed record TrustDescription
{
    /// <summary>The runtime that makes a trust domain of a pod; default <see cref="RuntimeFlavour.KataQemuTdx"/>.</summary>
    public RuntimeFlavour RuntimeClass { get; init; }

    /// <summary>The https address of the key broker.</summary>
    public required string Broker { get; init; }

    /// <summary>Certificate authority of the broker in PEM; null (the default) for those of the guest image.</summary>
    public string? BrokerCertificate { get; init; }

    /// <summary>The resource that holds the settings which decide trust; null (the default) for <c>kbs:///settings/instance/{name}</c>.</summary>
    public string? Settings { get; init; }

    /// <summary>The resource that holds the policy of image signatures; null (the default) for none: images are named by digest.</summary>
    public string? ImagePolicy { get; init; }

    /// <summary>More resources that instances may have, <c>repository/type/tag</c> with <c>*</c> for a whole part, for example keys of rows; default none.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>What the guest is measured to be.</summary>
    public required MeasurementsDescription Measurements { get; init; }

    /// <summary>Whether clients can ask an instance for its evidence; default false. It changes the measured kernel command line.</summary>
    public bool PublishEvidence { get; init; }

    /// <summary>Which containers the guest's agent starts; default <see cref="AgentPolicyKind.Pinned"/>.</summary>
    public AgentPolicyKind AgentPolicy { get; init; }
}
