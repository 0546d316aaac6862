namespace TrustedServe.Kubernetes.Description;

/// <summary>A deployment as people describe it: <c>trustedserve.yaml</c>. Everything that a cluster needs follows from it.</summary>
public sealed record DeploymentDescription
{
    /// <summary>The form that is read.</summary>
    public const int SupportedFormat = 1;

    /// <summary>Version of the form; 1.</summary>
    public int FormatVersion { get; init; } = SupportedFormat;

    /// <summary>Name of everything that is rendered.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace; default <c>trustedserve</c>.</summary>
    public string Namespace { get; init; } = "trustedserve";

    /// <summary>The image by digest: <c>host/path@sha256:…</c>.</summary>
    public required string Image { get; init; }

    /// <summary>The https address of the blob container in which the sealed packages lie.</summary>
    public required string Store { get; init; }

    /// <summary>The models; at least one.</summary>
    public required IReadOnlyList<ModelDescription> Models { get; init; }

    /// <summary>Size and life of one instance.</summary>
    public InstanceDescription Instance { get; init; } = new();

    /// <summary>What instances answer to; at least one trigger.</summary>
    public required TriggersDescription Triggers { get; init; }

    /// <summary>How many instances there are.</summary>
    public ScalingDescription Scaling { get; init; } = new();

    /// <summary>Who decides what an instance may have.</summary>
    public required TrustDescription Trust { get; init; }

    /// <summary>Whom instances may talk to.</summary>
    public required NetworkDescription Network { get; init; }

    /// <summary>Identities of the parts around the instances.</summary>
    public IdentityDescription Identity { get; init; } = new();

    /// <summary>The machines; null when nothing is known of them, then nothing is compared with them.</summary>
    public NodeDescription? Node { get; init; }
}
