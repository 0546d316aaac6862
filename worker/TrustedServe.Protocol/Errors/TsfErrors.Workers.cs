namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF5001: the model is starting.</summary>
    public static readonly ErrorCode ModelNotReady = new("TSF5001", 503, "The model is not ready", "Try again after the seconds in Retry-After; readiness says when.");

    /// <summary>TSF5002: the model failed to start or crashed too often.</summary>
    public static readonly ErrorCode ModelFailed = new("TSF5002", 503, "The model cannot be served", "The message has the code of the cause; mend that and start again.");

    /// <summary>TSF5003: the worker ended while the request was with it.</summary>
    public static readonly ErrorCode WorkerLost = new("TSF5003", 503, "The worker ended in the middle of the request", "Try again; the worker is being restarted.");

    /// <summary>TSF5004: the graph cannot be loaded.</summary>
    public static readonly ErrorCode GraphRejected = new("TSF5004", 500, "The model's graph cannot be loaded", "Pack the model again from a graph that the engine supports.");

    /// <summary>TSF5005: warm-up answers differ from the manifest's, before the first answer or beside the first ones.</summary>
    public static readonly ErrorCode WarmupMismatch = new("TSF5005", 500, "The model's warm-up outputs differ from those in its manifest", "Pack the model again on this kind of processor, or find out what changed. 8-bit sums saturate on processors without VNNI: an INT8 model that fails there is served in FP32.");

    /// <summary>TSF5006: the engine failed on this request.</summary>
    public static readonly ErrorCode ExecutionFailed = new("TSF5006", 500, "The model failed on this input", "Check the input against the model's metadata; other callers are not affected.");

    /// <summary>TSF5007: the worker's attestation was not renewed, and so it serves no more.</summary>
    public static readonly ErrorCode AttestationExpired = new("TSF5007", 503, "The worker's attestation could not be renewed in time", "Try again after the seconds in Retry-After; the worker's log says why the key broker or the evidence failed.");

    /// <summary>TSF5008: the instance is ending.</summary>
    public static readonly ErrorCode Draining = new("TSF5008", 503, "This instance is ending and takes no new work", "Send the request again: another instance takes it.");

    /// <summary>TSF5009: the model was unloaded.</summary>
    public static readonly ErrorCode ModelUnloaded = new("TSF5009", 404, "The model is not loaded", "Load it: POST /v2/repository/models/{model}/load, with a key that may manage.");
}
