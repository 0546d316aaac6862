namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF7080: the arrivals to simulate cannot be used.</summary>
    public static readonly ErrorCode InvalidTrace = new("TSF7080", 400, "The arrival trace cannot be used", "Give steady, daily, burst, or a file of seconds and arrivals a second (CSV or JSON) that begins at 0, rises in time and ends with the time of the end; the message names the place.");

    /// <summary>TSF7081: the settings to simulate are none that KEDA or Kubernetes would take.</summary>
    public static readonly ErrorCode InvalidScaleSettings = new("TSF7081", 400, "The scaling settings cannot be used", "Change the values that the message names; 'trustedserve deploy simulate --help' has the ranges.");
}
