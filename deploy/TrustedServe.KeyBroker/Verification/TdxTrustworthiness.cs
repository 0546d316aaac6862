namespace TrustedServe.KeyBroker.Verification;

/// <summary>
/// What is said about a genuine TDX guest in the terms of AR4SI: 2 affirming, 32 to 95 warning, from 96 on contraindicated, 0 no
/// claim. The status is the tier of the worst.
/// </summary>
internal sealed record TdxTrustworthiness
{
    private const int Affirming = 2;
    private const int KnownVulnerabilities = 32;
    private const int UnrecognizedExecutables = 33;
    private const int UnknownConfiguration = 36;
    private const int ContraindicatedHardware = 96;

    private TdxTrustworthiness(Dictionary<string, int> vector)
    {
        Vector = vector;
        Status = vector.Values.Max() switch
        {
            >= ContraindicatedHardware => "contraindicated",
            >= KnownVulnerabilities => "warning",
            _ => "affirming",
        };
    }

    /// <summary>The trustworthiness vector.</summary>
    public IReadOnlyDictionary<string, int> Vector { get; }

    /// <summary><c>affirming</c>, <c>warning</c> or <c>contraindicated</c>.</summary>
    public string Status { get; }

    /// <summary>Says it.</summary>
    /// <param name="tcbStatus">The converged status.</param>
    /// <param name="debug">The host can look into the guest.</param>
    /// <param name="known">A rule of the policy names the guest and its container.</param>
    public static TdxTrustworthiness Of(string tcbStatus, bool debug, bool known) => new(new Dictionary<string, int>
    {
        ["instance-identity"] = 0,
        ["configuration"] = known ? Affirming : UnknownConfiguration,
        ["executables"] = known ? Affirming : UnrecognizedExecutables,
        ["file-system"] = 0,
        ["hardware"] = debug ? ContraindicatedHardware : tcbStatus == "UpToDate" ? Affirming : KnownVulnerabilities,
        ["runtime-opaque"] = debug ? ContraindicatedHardware : Affirming,
        ["storage-opaque"] = 0,
        ["sourced-data"] = 0,
    });
}
