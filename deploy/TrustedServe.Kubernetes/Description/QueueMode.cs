namespace TrustedServe.Kubernetes.Description;

/// <summary>What takes the messages of a queue.</summary>
public enum QueueMode
{
    /// <summary>Instances that stay and take one message after the other (a Deployment).</summary>
    Service,

    /// <summary>An instance for each message, which ends with it (a ScaledJob).</summary>
    Job,
}
