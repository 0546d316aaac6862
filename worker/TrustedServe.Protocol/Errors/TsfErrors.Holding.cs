namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF5050: as many requests as may wait for starting models already do.</summary>
    public static readonly ErrorCode HoldFull = new("TSF5050", 503, "No further request can wait for a model that is starting", "Try again after the seconds in Retry-After; Http:HoldRequests and Http:HoldBytes bound how many wait.");

    /// <summary>TSF5051: the start took longer than the request could wait.</summary>
    public static readonly ErrorCode StartTooLong = new("TSF5051", 503, "The model did not start while the request could wait", "Try again after the seconds in Retry-After; /healthz/startup says how far the start is and what it waits for.");
}
