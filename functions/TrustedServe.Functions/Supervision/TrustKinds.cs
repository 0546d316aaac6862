using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions.Supervision;

/// <summary>The kinds of trust, as readiness, metrics and logs name them.</summary>
internal static class TrustKinds
{
    /// <summary>Development: evidence is made up.</summary>
    public const string Simulated = "insecure-simulated";

    /// <summary>All of them.</summary>
    public static readonly string[] All = ["tdx", "coco", Simulated];

    /// <summary>The kind that the configuration asks for.</summary>
    public static string Of(TrustConfig config) => config.InsecureSimulatedEvidence ? Simulated
        : config.KeySource == KeySourceKind.GuestApi ? "coco"
        : "tdx";
}
