using Microsoft.Extensions.Hosting;
using TrustedServe.Functions.Embedding;

namespace TrustedServe.Functions.Azure;

/// <summary>Holds the functions for the life of the process; a start that is refused ends it.</summary>
public sealed class FunctionsService : IHostedService
{
    private readonly TaskCompletionSource<EmbeddedFunctions> started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The functions, as soon as they have started: the host may call before.</summary>
    public Task<EmbeddedFunctions> Functions => started.Task;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            started.SetResult(await EmbeddedFunctions.StartAsync(cancellationToken));
        }
        catch (Exception exception)
        {
            started.SetException(exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (started.Task.IsCompletedSuccessfully)
        {
            await using var functions = await started.Task;
            await functions.StopAsync();
        }
    }
}
