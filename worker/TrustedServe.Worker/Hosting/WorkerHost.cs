using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Services;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Hosting;

/// <summary>Puts the worker together.</summary>
internal static class WorkerHost
{
    // What is in hand at a stop gets this long to end.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Builds it; nothing listens before it is started. The builder is the empty one on purpose: the others read
    /// environment variables, which could add listeners.
    /// </summary>
    public static WebApplication Build(WorkerConfig config, IModelLoader loader, StartProgress progress, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "TrustedServe.Worker" });
        AddLogging(builder.Logging);
        builder.Services.AddSingleton(config);
        builder.Services.AddSingleton(loader);
        builder.Services.AddSingleton(progress);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<ModelSlot>();
        builder.Services.AddSingleton<ModelInference>();
        builder.Services.AddSingleton<StartOutcome>();
        builder.Services.AddSingleton<AttestationRenewal>();
        builder.Services.AddHostedService<CallService>();
        builder.Services.AddHostedService<WorkerStart>();
        builder.Services.AddSingleton<IHostLifetime>(provider => ActivatorUtilities.CreateInstance<FollowingLifetime>(provider, TimeSpan.FromSeconds(config.DrainSeconds)));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = DrainTime);
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = config.MaxMessageBytes;
            options.MaxSendMessageSize = config.MaxMessageBytes;
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel((_, options) => Configure(options, config));
        var app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<InferenceService>();
        app.MapGrpcService<ControlService>();
        return app;
    }

    /// <summary>Begins the model's start, and listens; told to stop before it does, it returns all the same.</summary>
    /// <exception cref="TsfException">TSF0004, TSF0005, TSF0008 for the socket.</exception>
    public static async Task StartAsync(WebApplication app, WorkerConfig config, CancellationToken cancellationToken)
    {
        UnixListener.Prepare(config.Socket);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A model's start that failed, or whoever ends this process, was quicker than the listener. How it ends is decided already.
            return;
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            throw exception.InnerException is AddressInUseException
                ? TsfErrors.AddressInUse.With($"Something lies at {config.Socket} already.", exception)
                : TsfErrors.FileUnreadable.With($"The socket {config.Socket} cannot be listened on.", exception);
        }

        File.SetUnixFileMode(config.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>JSON lines on standard error.</summary>
    public static void AddLogging(ILoggingBuilder logging)
    {
        logging.AddJsonConsole(options => options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffK");
        logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
    }

    private static void Configure(KestrelServerOptions options, WorkerConfig config)
    {
        options.AddServerHeader = false;

        // The gRPC layer counts messages; this bounds what surrounds them.
        options.Limits.MaxRequestBodySize = config.MaxMessageBytes + 65536L;

        // More callers than this are told to come back by the line of waiting requests, not held up by the transport.
        options.Limits.Http2.MaxStreamsPerConnection = Math.Max(1024, (config.QueueCapacity * 2) + 256);

        // Large tensors come in one piece over a local socket: bigger windows save round trips.
        options.Limits.Http2.InitialStreamWindowSize = 4 << 20;
        options.Limits.Http2.InitialConnectionWindowSize = 16 << 20;
        options.ListenUnixSocket(config.Socket, listen => UnixListener.Configure(
            listen, listen.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(UnixListener))));
    }
}
