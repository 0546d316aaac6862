using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>The queue as one sees it without taking anything from it.</summary>
internal interface IQueueView
{
    /// <summary>Looks at the queue.</summary>
    Task<QueueLook> LookAsync(CancellationToken cancellationToken);

    /// <summary>How large a job's input is; null when it is not there or may not be read.</summary>
    Task<InputSize?> SizeAsync(BlobName input, CancellationToken cancellationToken);

    /// <summary>What is kept of earlier work, as it stands there.</summary>
    Task<string?> ReadKeptAsync(CancellationToken cancellationToken);

    /// <summary>Keeps something instead.</summary>
    Task KeepAsync(string text, CancellationToken cancellationToken);
}
