using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace TrustedServe.Functions.Azure;

/// <summary>Every message of the queue, onto the batch jobs that the project's own host runs.</summary>
public sealed class QueueFunction(FunctionsService service)
{
    /// <summary>Runs a message's job. What it throws makes the host deliver the message again, and after maxDequeueCount give it up.</summary>
    [Function("queue")]
    public async Task RunAsync(
        [QueueTrigger("%TrustedServe:Queue:Name%", Connection = "TrustedServeQueue")] QueueMessage message,
        CancellationToken cancellationToken)
    {
        var functions = await service.Functions.WaitAsync(cancellationToken);
        await functions.RunJobAsync(message.Body.ToMemory(), message.MessageId, message.DequeueCount, cancellationToken);
    }
}
