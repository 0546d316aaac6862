using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Guest;
using TrustedServe.Kubernetes.Checks.Isolation;
using TrustedServe.Kubernetes.Checks.Life;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Kubernetes.Checks.Scaling;
using TrustedServe.Kubernetes.Checks.Trust;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Checks;

/// <summary>Checks manifests, rendered ones and those of others, for what this project promises.</summary>
public static class ManifestCheck
{
    /// <summary>Most findings: more help nobody, and manifests may come from anybody.</summary>
    public const int MaxFindings = 10_000;

    /// <summary>Every check.</summary>
    private static readonly Func<CheckScope, IEnumerable<Finding>>[] Checks =
    [
        GuestSizeCheck.Run, GuestAnnotationCheck.Run, ResourcesCheck.Run,
        ImageCheck.Run, HostCheck.Run, PrivilegeCheck.Run, ServiceAccountCheck.Run, NetworkPolicyCheck.Run, MeshCheck.Run,
        RuntimeClassCheck.Run, TrustSettingsCheck.Run, FailOpenCheck.Run, InitDataCheck.Run, BrokerRuleCheck.Run, ExecCheck.Run, DebugGuestCheck.Run, WebhookCheck.Run,
        ModelKeyCheck.Run, CredentialCheck.Run, MemoryVolumeCheck.Run,
        BarePodCheck.Run, ProbeCheck.Run, GraceCheck.Run, DisruptionBudgetCheck.Run,
        QueueStrategyCheck.Run, BusyPodCheck.Run, TriggerCheck.Run, ReplicaCheck.Run, TargetCheck.Run, LegacyCheck.Run,
    ];

    /// <summary>Checks objects together: what one lacks another may bring.</summary>
    /// <returns>Errors first, then by code and place; each once.</returns>
    public static IReadOnlyList<Finding> Run(IReadOnlyList<ManifestDocument> documents, CheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var scope = new CheckScope(documents, options ?? new CheckOptions());
        return [.. Checks.SelectMany(check => check(scope)).Take(MaxFindings).Distinct().OrderBy(finding => finding.Check.Severity).ThenBy(finding => finding.Check.Code, StringComparer.Ordinal)];
    }
}
