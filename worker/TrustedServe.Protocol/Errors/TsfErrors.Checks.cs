namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF7020: the manifests cannot be read.</summary>
    public static readonly ErrorCode ManifestUnreadable = new("TSF7020", 400, "The manifests cannot be read", "Correct the place that the message names; a chart must be rendered first, for example with 'helm template'.");

    /// <summary>TSF7021: there is nothing to check.</summary>
    public static readonly ErrorCode NothingToCheck = new("TSF7021", 400, "There is no manifest to check", "Name files or folders with manifests (.yaml, .yml, .json), or - for standard input.");

    /// <summary>TSF7022: no cluster is configured.</summary>
    public static readonly ErrorCode CheckClusterNotConfigured = new("TSF7022", 400, "The cluster cannot be addressed", "Check KUBECONFIG and the context's name; 'kubectl config get-contexts' lists them.");

    /// <summary>TSF7023: the cluster did not answer.</summary>
    public static readonly ErrorCode CheckClusterUnreachable = new("TSF7023", 503, "The cluster did not answer", "Check the network and the context; the message has the address and what was seen.");
}
