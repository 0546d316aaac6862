using Microsoft.AspNetCore.Hosting.Server;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Embedding;

/// <summary>
/// The functions inside a host of someone else's, which owns the HTTP listener and the queue's messages: the Azure Functions host.
/// Settings come from the environment and from host.json, trust is decided as everywhere, workers are run and watched as everywhere.
/// </summary>
public sealed class EmbeddedFunctions : IAsyncDisposable
{
    private readonly FunctionsHost host;
    private readonly EmbeddedServer server;
    private readonly Drain drain;
    private long jobsInHand;

    private EmbeddedFunctions(FunctionsHost host)
    {
        (this.host, server, drain) = (host, (EmbeddedServer)host.Services.GetRequiredService<IServer>(), host.Services.GetRequiredService<Drain>());
        drain.Watch(() => Interlocked.Read(ref jobsInHand));
    }

    /// <summary>Where health, metrics and signals are.</summary>
    internal Uri HealthAddress => host.HealthAddress;

    /// <summary>Reads the settings and starts everything but what the other host owns.</summary>
    /// <param name="cancellationToken">Ends a start that waits for what it needs.</param>
    /// <exception cref="TsfException">TSF0xxx: what is wrong with settings or surroundings; TSF2xxx when the store cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The other host ends before it has started.</exception>
    public static Task<EmbeddedFunctions> StartAsync(CancellationToken cancellationToken = default) =>
        StartAsync(CommandLine.Parse([]), new HostSeams(), cancellationToken);

    /// <summary>Answers an HTTP request, errors included.</summary>
    /// <param name="context">The other host's context; only its request and answer are used.</param>
    public Task InvokeAsync(HttpContext context) => server.ProcessAsync(context);

    /// <summary>Runs the batch job of a queue message. Whatever it throws, the other host counts as a try and tries again.</summary>
    /// <param name="message">The message's text.</param>
    /// <param name="messageId">The queue's name for the message.</param>
    /// <param name="dequeueCount">How often it was delivered, this time included.</param>
    /// <param name="cancellationToken">Cancelled when the other host stops; the end of the grace stops the job too.</param>
    /// <exception cref="TsfException">TSF0002 when no queue is set, TSF6xxx for a message that cannot be carried out, else why the job failed.</exception>
    /// <exception cref="OperationCanceledException">The other host stops.</exception>
    public async Task RunJobAsync(ReadOnlyMemory<byte> message, string messageId, long dequeueCount, CancellationToken cancellationToken)
    {
        var job = host.Services.GetService<BatchJob>()
            ?? throw TsfErrors.InvalidSettings.With($"{QueueOptions.Section}:{nameof(QueueOptions.Name)} is not set: this host scores no rows.");
        var logger = host.Services.GetRequiredService<ILogger<EmbeddedFunctions>>();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, drain.Cut);
        Interlocked.Increment(ref jobsInHand);
        try
        {
            var asked = JobMessage.Parse(message.Span, host.Services.GetRequiredService<QueueOptions>().MaxMessageBytes);
            await job.RunAsync(asked, $"{messageId}:{dequeueCount}", dequeueCount, stopping.Token);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Whatever the work in hand made of being stopped.
            throw new OperationCanceledException("The job was stopped.", stopping.Token);
        }
        catch (TsfException failed)
        {
            QueueLog.TryFailed(logger, messageId, dequeueCount, failed.Code, failed.Message);
            host.Services.GetRequiredService<JobRegistry>().CountFailedTry();
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref jobsInHand);
        }
    }

    /// <summary>Finishes what is in hand and ends the workers.</summary>
    public Task StopAsync() => host.StopAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => host.DisposeAsync();

    /// <summary>The same, with surroundings of a test's making.</summary>
    internal static async Task<EmbeddedFunctions> StartAsync(CommandLine commandLine, HostSeams seams, CancellationToken cancellationToken = default)
    {
        var host = await FunctionsHost.BuildAsync(commandLine, seams with { Role = HostRole.Embedded }, cancellationToken);
        try
        {
            await host.StartAsync(cancellationToken);
            return new EmbeddedFunctions(host);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }
}
