using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Checks.Findings;

/// <summary>One thing that is not as it should be.</summary>
/// <param name="Check">What it is, why it matters and what to do.</param>
/// <param name="Object">The object, as <c>Kind/namespace/name</c>; of the cluster, what was asked for.</param>
/// <param name="Path">The part of the object; empty for the whole.</param>
/// <param name="Place">Where that was written; null when the object was not read from a text.</param>
/// <param name="Seen">What was seen, in one sentence without a full stop.</param>
public sealed record Finding(CheckCode Check, string Object, string Path, ManifestPosition? Place, string Seen);
