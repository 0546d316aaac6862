namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF4001: the body is not the JSON that the operation takes.</summary>
    public static readonly ErrorCode MalformedRequest = new("TSF4001", 400, "The request body is not what this operation takes", "Send the JSON that the protocol describes; the message names the place.");

    /// <summary>TSF4002: a tensor's datatype, shape or data do not fit each other or the model.</summary>
    public static readonly ErrorCode InvalidTensor = new("TSF4002", 400, "A tensor's datatype, shape or data do not fit", "Compare with the model's metadata: GET /v2/models/{model}.");

    /// <summary>TSF4003: no such model.</summary>
    public static readonly ErrorCode UnknownModel = new("TSF4003", 404, "No such model", "List the models of the store; names are case-sensitive.");

    /// <summary>TSF4004: no such version of the model.</summary>
    public static readonly ErrorCode UnknownVersion = new("TSF4004", 404, "No such version of this model", "Ask for a version that the model's metadata lists, or for none to get the default.");

    /// <summary>TSF4005: an input that the model does not have, or one that is missing or given twice.</summary>
    public static readonly ErrorCode UnknownInput = new("TSF4005", 400, "The inputs are not those of the model", "Send each input of the model's metadata exactly once.");

    /// <summary>TSF4006: an output that the model does not have, or one that is asked for twice.</summary>
    public static readonly ErrorCode UnknownOutput = new("TSF4006", 400, "The requested outputs are not those of the model", "Ask for outputs of the model's metadata, each once, or for none to get all.");

    /// <summary>TSF4007: the body is larger than the limit.</summary>
    public static readonly ErrorCode BodyTooLarge = new("TSF4007", 413, "The request body is larger than the limit", "Send less at once, or raise the limit of the body.");

    /// <summary>TSF4008: the content type is not one that the operation takes.</summary>
    public static readonly ErrorCode WrongContentType = new("TSF4008", 415, "The content type is not one that this operation takes", "Send application/json, or what the message lists.");

    /// <summary>TSF4009: no credentials, or none that are known.</summary>
    public static readonly ErrorCode Unauthenticated = new("TSF4009", 401, "The caller is not known", "Send a valid API key as a bearer token.");

    /// <summary>TSF4010: the caller may not do this.</summary>
    public static readonly ErrorCode Forbidden = new("TSF4010", 403, "The caller may not do this", "Ask for a key that is allowed this model and action.");

    /// <summary>TSF4011: the deadline of the request passed.</summary>
    public static readonly ErrorCode DeadlineExceeded = new("TSF4011", 504, "The request's deadline passed before its answer", "Send less, allow more time, or try when there is less load.");

    /// <summary>TSF4012: full.</summary>
    public static readonly ErrorCode Overloaded = new("TSF4012", 503, "All places are taken", "Try again after the seconds in Retry-After.");

    /// <summary>TSF4013: an input over the model's limits.</summary>
    public static readonly ErrorCode InputTooLong = new("TSF4013", 400, "An input is over the model's limit", "Shorten it to the limit in the message.");

    /// <summary>TSF4014: no such route.</summary>
    public static readonly ErrorCode UnknownRoute = new("TSF4014", 404, "No such resource", "See the README's list of routes.");

    /// <summary>TSF4015: wrong method.</summary>
    public static readonly ErrorCode WrongMethod = new("TSF4015", 405, "The method is not allowed here", "Use the method in the Allow header.");

    /// <summary>TSF4016: the caller left.</summary>
    public static readonly ErrorCode Cancelled = new("TSF4016", 499, "The caller left before the answer", "Nothing to do: what the request held was freed.");

    /// <summary>TSF4017: an answer holds something that JSON cannot: NaN, infinity, half precision, bytes that are not text.</summary>
    public static readonly ErrorCode NoJsonForm = new("TSF4017", 422, "The answer has no JSON form", "Ask for other outputs, or call over gRPC, where tensors travel as raw bytes.");

    /// <summary>TSF4018: who asks for evidence asks a front end that has none.</summary>
    public static readonly ErrorCode NoEvidenceHere = new("TSF4018", 404, "This server cannot prove what it runs", "Do not send it what only a proven server may see; its operator can run it in a trust domain that offers attestation reports.");
}
