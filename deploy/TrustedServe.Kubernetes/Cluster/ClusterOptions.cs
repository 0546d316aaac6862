namespace TrustedServe.Kubernetes.Cluster;

/// <summary>Which cluster, and how patiently it is asked.</summary>
public sealed record ClusterOptions
{
    /// <summary>A kubeconfig; null for <c>KUBECONFIG</c>, then <c>~/.kube/config</c>, then the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>A context in it; null for the current one.</summary>
    public string? Context { get; init; }

    /// <summary>Whether a kubeconfig may turn the check of the server's certificate off; default no.</summary>
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>How long one request may take; default 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is tried when the server is overloaded, fails or cannot be reached; default 6.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The first pause between two tries; it doubles, and is shortened by up to half at random; default 250 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause between two tries that the server did not ask for; default 10 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);
}
