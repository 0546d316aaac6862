
namespace TrustedServe.Functions.Queue;

/// <summary>What the queue trigger says; event ids 6000 to 6099. Names, counts and codes, never anything of a row.</summary>
internal static partial class QueueLog
{
    [LoggerMessage(6000, LogLevel.Information, "Reading jobs from queue '{Queue}', {Slots} at once")]
    public static partial void TriggerStarted(ILogger logger, string queue, int slots);

    [LoggerMessage(6001, LogLevel.Information, "Job {JobId}: started, model {Model}, try {Try}")]
    public static partial void JobStarted(ILogger logger, string jobId, string model, long @try);

    [LoggerMessage(6002, LogLevel.Information, "Job {JobId}: {Rows} rows done, {FailedRows} of them failed")]
    public static partial void JobProgressed(ILogger logger, string jobId, long rows, long failedRows);

    [LoggerMessage(6003, LogLevel.Information, "Job {JobId}: finished, {Rows} rows, {FailedRows} of them failed, {Seconds:F1} s")]
    public static partial void JobFinished(ILogger logger, string jobId, long rows, long failedRows, double seconds);

    [LoggerMessage(6004, LogLevel.Information, "Job {JobId}: its result is already in place")]
    public static partial void JobAlreadyDone(ILogger logger, string jobId);

    [LoggerMessage(6005, LogLevel.Warning, "Message {MessageId}: try {Try} failed with {Code}: {Reason}")]
    public static partial void TryFailed(ILogger logger, string messageId, long @try, string code, string reason);

    [LoggerMessage(6006, LogLevel.Error, "Message {MessageId}: given up after {Tries} tries and moved to '{Queue}' with {Code}")]
    public static partial void Poisoned(ILogger logger, string messageId, long tries, string queue, string code);

    [LoggerMessage(6007, LogLevel.Warning, "Message {MessageId}: lost to another receiver or not renewed in time; the job stops here and the message is left alone")]
    public static partial void LeaseLost(ILogger logger, string messageId);

    [LoggerMessage(6008, LogLevel.Warning, "Message {MessageId}: visibility not renewed (status {Status}, {ServiceCode}); trying again")]
    public static partial void RenewalFailed(ILogger logger, string messageId, int status, string? serviceCode);

    [LoggerMessage(6009, LogLevel.Information, "Message {MessageId}: handed back, the process is stopping")]
    public static partial void HandedBack(ILogger logger, string messageId);

    [LoggerMessage(6010, LogLevel.Warning, "Queue '{Queue}' cannot be read (status {Status}, {ServiceCode}); looking again with growing pauses")]
    public static partial void QueueUnreachable(ILogger logger, string queue, int status, string? serviceCode);

    [LoggerMessage(6011, LogLevel.Information, "Queue '{Queue}' can be read again")]
    public static partial void QueueReachable(ILogger logger, string queue);

    [LoggerMessage(6012, LogLevel.Warning, "Insecure: rows that lie unsealed in the store are scored, and their results written unsealed")]
    public static partial void InsecurePlaintextRows(ILogger logger);

    [LoggerMessage(6013, LogLevel.Error, "Message {MessageId}: unforeseen {Type}\n{Stack}")]
    public static partial void Unforeseen(ILogger logger, string messageId, string? type, string? stack);

    [LoggerMessage(6014, LogLevel.Warning, "Message {MessageId}: could not be settled (status {Status}, {ServiceCode}); it will be delivered again")]
    public static partial void NotSettled(ILogger logger, string messageId, int status, string serviceCode);

    [LoggerMessage(6015, LogLevel.Warning, "Message {MessageId}: its queue is gone and the message with it; the job goes on to its result all the same")]
    public static partial void QueueGone(ILogger logger, string messageId);
}
