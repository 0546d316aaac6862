namespace TrustedServe.Kubernetes.Checks.Codes;

/// <summary>How bad a finding is.</summary>
public enum Severity
{
    /// <summary>It breaks a promise of the design, or does not work.</summary>
    Error,

    /// <summary>It works, and worse than it could; or it was not seen.</summary>
    Warning,
}
