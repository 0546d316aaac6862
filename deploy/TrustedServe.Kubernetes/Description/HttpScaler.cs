namespace TrustedServe.Kubernetes.Description;

/// <summary>What sees requests and so can ask for instances.</summary>
public enum HttpScaler
{
    /// <summary>The interceptor of KEDA's http-add-on, which holds requests while there is no instance.</summary>
    Interceptor,

    /// <summary>Prometheus, with a query on what stands before the instances.</summary>
    Prometheus,

    /// <summary>The instances themselves; they cannot start the first one.</summary>
    Instances,
}
