namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF7040: the API server does not answer, or not as one.</summary>
    public static readonly ErrorCode ClusterUnreachable = new("TSF7040", 503, "The cluster's API does not answer as it should", "Check the address in the kubeconfig and the way to it ('kubectl version' asks the same server); then try again.");

    /// <summary>TSF7041: the API server refuses a request.</summary>
    public static readonly ErrorCode ClusterRefused = new("TSF7041", 403, "The cluster refuses the request", "The message has the cluster's reason: correct the object that it names, or have the missing permission granted.");

    /// <summary>TSF7042: no kubeconfig that can be used.</summary>
    public static readonly ErrorCode InvalidKubeconfig = new("TSF7042", 422, "The cluster's address and credentials cannot be read", "Name a kubeconfig and a context in it with '--kubeconfig' and '--context'; in a pod, mount its service account.");

    /// <summary>TSF7043: another manager owns fields that are to be changed.</summary>
    public static readonly ErrorCode FieldConflict = new("TSF7043", 409, "Somebody else manages fields that would be changed", "Leave these fields out of the manifests if the other manager is right, or take them over with '--force-conflicts'.");

    /// <summary>TSF7044: an object exists and belongs to somebody else.</summary>
    public static readonly ErrorCode ForeignObject = new("TSF7044", 409, "An object of this name exists and is not this deployment's", "Choose another name, remove the object, or take it over with '--adopt' if that is meant.");

    /// <summary>TSF7045: a kind that the cluster does not have.</summary>
    public static readonly ErrorCode UnknownKind = new("TSF7045", 422, "The cluster does not know a kind of object", "Install what brings it (KEDA for keda.sh, its HTTP add-on for http.keda.sh), in a version that serves the apiVersion that the message names.");

    /// <summary>TSF7046: not everything is as it should be.</summary>
    public static readonly ErrorCode ApplyIncomplete = new("TSF7046", 500, "The deployment is not done", "The table says of every object what became of it; mend the cause and apply again.");

    /// <summary>TSF7047: another apply or destroy is at work.</summary>
    public static readonly ErrorCode DeploymentBusy = new("TSF7047", 409, "Somebody else is changing this deployment", "Wait until that is done; what was cut off lets go of the deployment by itself at the time in the message.");

    /// <summary>TSF7048: something is still there.</summary>
    public static readonly ErrorCode DestroyIncomplete = new("TSF7048", 500, "Not everything of the deployment is gone", "The table says what is left and why; a finalizer is removed by the controller that set it, so let that run again.");

    /// <summary>TSF7049: no deployment of this name.</summary>
    public static readonly ErrorCode DeploymentNotFound = new("TSF7049", 404, "There is no deployment of this name", "Check '--name', '--namespace' and '--context'.");
}
