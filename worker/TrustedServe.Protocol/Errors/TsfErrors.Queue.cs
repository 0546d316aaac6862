namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF6001: the queue message is not a job.</summary>
    public static readonly ErrorCode MalformedJob = new("TSF6001", 400, "The queue message is not a job", "Send the JSON that the README describes, plain or base64; the message names the place.");

    /// <summary>TSF6002: the job names a container or path that the configuration does not allow.</summary>
    public static readonly ErrorCode ForbiddenContainer = new("TSF6002", 403, "The job names a container that is not allowed", "Use an allowed container, or add it to the allowed input or output containers.");

    /// <summary>TSF6003: the input blob does not exist.</summary>
    public static readonly ErrorCode InputMissing = new("TSF6003", 404, "The job's input does not exist", "Upload the input blob first, then send the message.");

    /// <summary>TSF6004: the input blob was replaced while the job read it.</summary>
    public static readonly ErrorCode InputChanged = new("TSF6004", 409, "The job's input was replaced while it was read", "Write each input once, under a name of its own.");

    /// <summary>TSF6005: the output blob exists and is not this job's result.</summary>
    public static readonly ErrorCode OutputExists = new("TSF6005", 409, "The job's output already exists and is not of this job", "Name an output blob that does not exist; results are never overwritten.");

    /// <summary>TSF6006: the input rows are not sealed.</summary>
    public static readonly ErrorCode PlaintextRows = new("TSF6006", 403, "The rows are not sealed", "Seal the rows with 'trustedserve rows seal'; an option with Insecure in its name allows plaintext for development.");

    /// <summary>TSF6007: the sealed rows were made for another place or model.</summary>
    public static readonly ErrorCode RowsMismatch = new("TSF6007", 403, "The sealed rows do not belong to this job", "Seal the rows for exactly this container and blob, with a rows key of the job's model.");

    /// <summary>TSF6008: a line of the input is not a row.</summary>
    public static readonly ErrorCode InvalidRow = new("TSF6008", 400, "A line is not a row", "Write one JSON value on each line, UTF-8, at most 4 MiB.");

    /// <summary>TSF6009: the storage account refused or could not be reached.</summary>
    public static readonly ErrorCode StorageFailed = new("TSF6009", 503, "The storage account did not do what was asked", "Check the address, the network and the permissions of the account; the message has the service's own code.");

    /// <summary>TSF6010: every try of a job ended without saying why.</summary>
    public static readonly ErrorCode JobAbandoned = new("TSF6010", 500, "Every try of the job ended without a reason", "Look for the end of the process (memory, eviction) at the times of the tries, then send the message again.");
}
