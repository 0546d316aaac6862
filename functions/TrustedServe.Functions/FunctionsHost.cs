using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Embedding;
using TrustedServe.Functions.Evidence;
using TrustedServe.Functions.Health;
using TrustedServe.Functions.Holding;
using TrustedServe.Functions.Http;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Signals;
using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions;

/// <summary>Puts the front end together, runs it, and says plainly why it does not.</summary>
internal sealed partial class FunctionsHost : IAsyncDisposable
{
    /// <summary>More connections than this at once are closed as they come.</summary>
    private const int MaxConnections = 4096;

    /// <summary>What a stop may take beyond the reserve of the grace: better a moment late than an answer lost.</summary>
    private static readonly TimeSpan StopAllowance = TimeSpan.FromSeconds(5);

    private readonly WebApplication application;
    private readonly Listeners listeners;
    private readonly DrainLifetime lifetime;

    // Whoever asks for the end may do so when the services are gone already: what takes that is found before.
    private FunctionsHost(WebApplication application, Listeners listeners) =>
        (this.application, this.listeners, lifetime) = (application, listeners, application.Services.GetRequiredService<DrainLifetime>());

    /// <summary>Where the HTTP trigger listens, after the start; not when embedded.</summary>
    public Uri HttpAddress => new($"http://{listeners.Http!.EndPoint}");

    /// <summary>Where health and metrics are, after the start.</summary>
    public Uri HealthAddress => new($"http://{listeners.Health!.EndPoint}");

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services => application.Services;

    /// <summary>Reads the settings, decides the mode, and builds the host.</summary>
    /// <param name="commandLine">The command line.</param>
    /// <param name="seams">The surroundings.</param>
    /// <param name="cancellationToken">Ends the waiting for what is needed before.</param>
    /// <exception cref="TsfException">TSF0xxx: what is wrong with command line, settings or surroundings.</exception>
    public static async Task<FunctionsHost> BuildAsync(CommandLine commandLine, HostSeams seams, CancellationToken cancellationToken = default) =>
        Build(await HostSettings.ReadAsync(commandLine, seams, cancellationToken), seams);

    /// <summary>Builds the host with settings that were read before.</summary>
    public static FunctionsHost Build(HostSettings settings, HostSeams seams)
    {
        var options = settings.Options;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = nameof(TrustedServe) });
        seams.Logging(builder.Logging);
        ConfigureServices(builder.Services, options, seams);
        builder.Services.AddQueueTrigger(options.Queue, settings.Host.Queues, takesMessages: seams.Role == HostRole.Serve);
        var listeners = ConfigureListeners(builder.WebHost, options, seams.Role);
        if (seams.Role == HostRole.Embedded)
        {
            builder.Services.AddSingleton<IServer>(provider => new EmbeddedServer(ActivatorUtilities.CreateInstance<KestrelServer>(provider)));
        }

        var application = builder.Build();
        StartAccess(application.Services, settings.ApiKeys);
        ConfigurePipeline(application, options, settings.Host, seams);

        // Something else than a drain stops the host: a service that failed. Nothing in hand can be finished then.
        application.Lifetime.ApplicationStopping.Register(application.Services.GetRequiredService<Drain>().Hurry);
        var log = application.Services.GetRequiredService<ILogger<FunctionsHost>>();
        LogMode(log, settings.Mode, TrustKinds.Of(options.Trust), options.Trust.KeySource);
        if (options.Http.InsecureAllowAnyCaller)
        {
            LogAnyCaller(log);
        }

        return new FunctionsHost(application, listeners);
    }

    /// <summary>Binds the listeners and starts the workers.</summary>
    /// <param name="cancellationToken">Ends the waiting for what is needed before.</param>
    /// <exception cref="TsfException">TSF0004 when an address is taken; TSF2xxx when the store cannot be read.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (FailedService() is not null)
        {
            throw ServiceFailed(FailedService()!);
        }
        catch (OperationCanceledException) when (application.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Asked to end before it had started: WaitAsync ends what did.
            return;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw TsfErrors.AddressInUse.With($"{exception.Message} Stop the process that listens there, or set TrustedServe:Http:Listen or TrustedServe:Health:Listen to another port.", exception);
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            throw TsfErrors.InvalidSettings.With($"TrustedServe:Http:Listen or TrustedServe:Health:Listen cannot be listened on: {exception.Message}.", exception);
        }

        var log = Services.GetRequiredService<ILogger<FunctionsHost>>();
        if (listeners.Http is null)
        {
            LogHealthOnly(log, HealthAddress);
        }
        else
        {
            LogListening(log, HttpAddress, HealthAddress);
        }
    }

    /// <summary>Completes when the host has been asked to stop and has stopped.</summary>
    /// <exception cref="TsfException">TSF0001 when nobody asked: a service of the host failed and took it along.</exception>
    public async Task WaitAsync()
    {
        await application.WaitForShutdownAsync();
        LogStopped(Services.GetRequiredService<ILogger<FunctionsHost>>(), Services.GetRequiredService<RequestMetrics>().Answered);
        if (FailedService() is { } failed)
        {
            throw ServiceFailed(failed);
        }
    }

    /// <summary>Takes a signal that asks the process to end; a second one hurries.</summary>
    /// <param name="signal">Its name.</param>
    public void Ask(string signal) => _ = lifetime.AskAsync(signal);

    /// <summary>Asks the host to stop; one that is stopping already is not hurried.</summary>
    /// <param name="reason">Who asked, for the log.</param>
    public void Stop(string reason) => _ = lifetime.EndAsync(reason);

    /// <summary>Stops: requests in hand are finished, then the workers end.</summary>
    public async Task StopAsync()
    {
        await Services.GetRequiredService<Drain>().Join("the host around this one");
        await application.StopAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private BackgroundService? FailedService() =>
        Services.GetServices<IHostedService>().OfType<BackgroundService>().FirstOrDefault(service => service.ExecuteTask is { IsFaulted: true });

    private static TsfException ServiceFailed(BackgroundService service) =>
        TsfErrors.Internal.With($"{service.GetType().Name} failed, and the host stopped with it.", service.ExecuteTask!.Exception!.InnerException!);

    private static void ConfigureServices(IServiceCollection services, ServeOptions options, HostSeams seams)
    {
        services.AddRoutingCore();
        services.AddSingleton(seams.Time);
        services.AddSingleton(options);
        services.AddSingleton(seams.OpenStore);
        services.AddSingleton(seams.Placement);
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<AccessControl>();
        services.AddSingleton(BodyBudget.For(options.Http.MaxBodyBytes));
        services.AddSingleton<WorkerFleet>();
        services.AddHostedService(provider => provider.GetRequiredService<WorkerFleet>());
        services.AddSingleton<HeldRequests>();
        services.AddSingleton<InferenceGateway>();
        services.AddSingleton<IInferenceGateway>(provider => provider.GetRequiredService<InferenceGateway>());
        services.AddSingleton<IModelStatistics>(provider => provider.GetRequiredService<InferenceGateway>());
        services.AddSingleton(provider => KeySources.Create(options.Trust, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ProtocolEndpoints>();
        services.AddSingleton<RepositoryEndpoints>();
        services.AddSingleton<PredictionEndpoints>();
        services.AddSingleton<StatisticsEndpoints>();
        services.AddSingleton<AttestationEndpoint>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSignals(options);
        if (options.Http.ApiKeysFile is { } path)
        {
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ApiKeyWatcher>(provider, path));
            services.AddHostedService(provider => provider.GetRequiredService<ApiKeyWatcher>());
        }

        // What is in hand was finished or cut off before: this is for saying so and for ending the workers.
        services.AddSingleton(options.Drain);
        services.AddSingleton<Drain>();
        services.AddSingleton<DrainLifetime>();
        services.AddSingleton<IHostLifetime>(provider => seams.Role == HostRole.Serve ? provider.GetRequiredService<DrainLifetime>() : new EmbeddedLifetime());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain.Reserve + StopAllowance);
    }

    private static Listeners ConfigureListeners(ConfigureWebHostBuilder host, ServeOptions options, HostRole role)
    {
        var listeners = new Listeners();
        host.UseKestrelCore();

        // Reads complete on threads of the pool, where requests may as well go on, and what follows an answer is brief, as is the refusal
        // of a body that comes too slowly: none of it need be handed to yet another thread.
        host.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        host.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // RequestBody bounds it
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            if (role == HostRole.Serve)
            {
                kestrel.Listen(options.Http.Listen, listen =>
                {
                    listeners.Http = listen;
                    listen.Protocols = HttpProtocols.Http1;
                });
            }

            kestrel.Listen(options.Health.Listen, listen =>
            {
                listeners.Health = listen;
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection =>
                {
                    connection.Features.Set(HealthListener.Mark);
                    return next(connection);
                });
            });
        });
        return listeners;
    }

    private static void StartAccess(IServiceProvider services, byte[]? releasedKeys)
    {
        if (releasedKeys is not null)
        {
            services.GetRequiredService<AccessControl>().Use(new ApiKeyRing(ApiKeyDocument.Parse(releasedKeys, "the settings resource")));
        }

        services.GetService<ApiKeyWatcher>()?.Load();
    }

    private static void ConfigurePipeline(WebApplication application, ServeOptions options, HostJson host, HostSeams seams)
    {
        var services = application.Services;
        var fleet = services.GetRequiredService<WorkerFleet>();
        var healthEndpoints = services.GetRequiredService<HealthEndpoints>();
        application.MapWhen(context => context.Features.Get<HealthListener>() is not null, branch => branch.Run(healthEndpoints.InvokeAsync));
        var drain = services.GetRequiredService<Drain>();
        var metrics = services.GetRequiredService<RequestMetrics>();
        drain.Watch(() => metrics.InFlight);
        application.Use(next => new RequestPipeline(
            next,
            fleet,
            drain,
            metrics,
            TimeSpan.FromSeconds(options.Http.RequestTimeoutSeconds),
            own: seams.Role == HostRole.Serve,
            seams.Time,
            services.GetRequiredService<ILogger<RequestPipeline>>()).InvokeAsync);
        application.UseRouting();
        application.Use(services.GetRequiredService<RequestWatch>().InvokeAsync);
        var routes = application.MapGroup(host.RoutePrefix);
        services.GetRequiredService<ProtocolEndpoints>().Map(routes);
        services.GetRequiredService<RepositoryEndpoints>().Map(routes);
        services.GetRequiredService<PredictionEndpoints>().Map(routes);
        services.GetRequiredService<StatisticsEndpoints>().Map(routes);
        services.GetRequiredService<AttestationEndpoint>().Map(routes);
    }

    [LoggerMessage(2001, LogLevel.Information, "Listening on {Url}, health and metrics on {HealthUrl}")]
    private static partial void LogListening(ILogger logger, Uri url, Uri healthUrl);

    [LoggerMessage(2002, LogLevel.Information, "Trust mode {Mode}, trust {Trust}, keys from {KeySource}")]
    private static partial void LogMode(ILogger logger, TrustMode mode, string trust, KeySourceKind keySource);

    [LoggerMessage(2004, LogLevel.Information, "Stopped; {Requests} requests were answered")]
    private static partial void LogStopped(ILogger logger, long requests);

    [LoggerMessage(2006, LogLevel.Information, "No listener for requests, health and metrics on {HealthUrl}")]
    private static partial void LogHealthOnly(ILogger logger, Uri healthUrl);

    [LoggerMessage(2005, LogLevel.Warning, "InsecureAllowAnyCaller is set: whoever reaches the listener is served")]
    private static partial void LogAnyCaller(ILogger logger);

    // Kestrel asks for its listeners when it starts, and writes into them what it bound.
    private sealed class Listeners
    {
        public ListenOptions? Http { get; set; }

        public ListenOptions? Health { get; set; }
    }
}
