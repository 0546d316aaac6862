using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Console;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.KeyBroker.Auditing;
using TrustedServe.KeyBroker.Collateral;
using TrustedServe.KeyBroker.Policies;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Sessions;
using TrustedServe.KeyBroker.Tokens;
using TrustedServe.KeyBroker.Verification;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.KeyBroker.Hosting;

/// <summary>A running broker.</summary>
public sealed partial class BrokerHost : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly IReadOnlyList<IDisposable> owned;

    private BrokerHost(WebApplication application, IReadOnlyList<IDisposable> owned)
    {
        (this.application, this.owned) = (application, owned);
        Address = new Uri(application.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts a broker in this process.</summary>
    /// <exception cref="TsfException">TSF0002, TSF0004, TSF0008, TSF3020, TSF3021, TSF3022.</exception>
    public static async Task<BrokerHost> StartAsync(BrokerOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger("TrustedServe.KeyBroker");
        var owned = new List<IDisposable>();
        try
        {
            // The empty builder reads no environment variables and no appsettings.json: nothing but the options decides.
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddSingleton(loggers);
            builder.WebHost.UseKestrelCore();
            builder.WebHost.ConfigureKestrel(kestrel => BrokerListener.Configure(kestrel, options));

            var policy = new PolicyFile(options.PolicyFile, logger);
            using var rootKey = RootKey.Load(options.Folder);
            var resources = Own(ResourceStore.Open(options.Folder, rootKey));
            var keys = Own(new SigningKeyRing(options.Folder, rootKey, Check(options.SigningKeyRotation), time));
            var audit = Own(new AuditLog(options.Folder, logger, time));
            var verifiers = new List<IEvidenceVerifier> { new InsecureSimulatedEvidenceVerifier() };
            if (options.CollateralFolder is not null || options.CollateralSources.Count > 0)
            {
                var anchor = options.InsecureTrustAnchor ?? TrustAnchor.IntelSgxRoot;
                var sources = Own(new CollateralSourceChain(options.CollateralSources, options.CollateralFolder, time));
                var cache = Own(new CollateralCache(sources, new CollateralCacheOptions { TrustAnchor = anchor }, time, logger));
                verifiers.Add(new TdxEvidenceVerifier(cache, anchor, () => policy.Current, time));
            }
            else if (policy.Current.Rules.Any(rule => rule.Tdx is not null))
            {
                throw TsfErrors.InvalidSettings.With("The policy has rules for TDX evidence, which cannot be verified without collateral: give its folder or the address of a service.");
            }

            var broker = new BrokerService(
                new SessionStore(time), new EvidenceVerifiers(() => policy.Current, verifiers), keys, new TokenIssuer(keys, time), policy, resources, audit, time);
            var routes = new BrokerRoutes(broker, logger);

            var application = builder.Build();
            application.Run(routes.HandleAsync);
            try
            {
                await application.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                await application.DisposeAsync().ConfigureAwait(false);
                throw exception switch
                {
                    IOException { InnerException: AddressInUseException } => TsfErrors.AddressInUse.With($"{options.Listen} is in use.", exception),
                    IOException or SocketException => TsfErrors.InvalidSettings.With($"listen is {options.Listen}, on which this process cannot listen: {exception.Message}", exception),
                    _ => exception,
                };
            }

            var host = new BrokerHost(application, owned);
            LogListening(logger, host.Address, options.Folder, policy.Current.Rules.Count);
            if (policy.Current.TakesSimulated)
            {
                LogInsecure(logger);
            }

            if (options.InsecureTrustAnchor is { } insecure)
            {
                LogInsecureAnchor(logger, insecure.KeyId);
            }

            return host;
        }
        catch
        {
            owned.Reverse();
            owned.ForEach(item => item.Dispose());
            throw;
        }

        T Own<T>(T item)
            where T : IDisposable
        {
            owned.Add(item);
            return item;
        }
    }

    /// <summary>Runs a broker as a program does: says where it listens, ends on cancellation or with standard input.</summary>
    /// <exception cref="TsfException">As <see cref="StartAsync"/>.</exception>
    public static async Task RunAsync(BrokerOptions options, CancellationToken cancellationToken)
    {
        using var loggers = LoggerFactory.Create(logging => logging
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddJsonConsole()
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        var host = await StartAsync(options, loggers, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        await using (host.ConfigureAwait(false))
        {
            BrokerAnnouncement.Say(host.Address, options.ReadyFile);
            var cancelled = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            await (options.ExitOnStdinEof ? Task.WhenAny(cancelled, Task.Run(WaitForEndOfInput, CancellationToken.None)) : cancelled)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Stops taking requests, finishes those in hand, closes files and zeroes keys.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.StopAsync().ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
        foreach (var item in owned.Reverse())
        {
            item.Dispose();
        }
    }

    private static TimeSpan Check(TimeSpan rotation) => rotation >= TimeSpan.FromHours(1) && rotation <= TimeSpan.FromDays(366)
        ? rotation
        : throw TsfErrors.InvalidSettings.With($"SigningKeyRotation is {rotation}; 1 hour to 1 year are allowed.");

    private static void WaitForEndOfInput()
    {
        using var input = Console.OpenStandardInput();
        ParentPipe.WaitForEnd(input);
    }

    [LoggerMessage(3003, LogLevel.Information, "Key broker listens on {Address}, folder {Folder}, {Rules} rules")]
    private static partial void LogListening(ILogger logger, Uri address, string folder, int rules);

    [LoggerMessage(3004, LogLevel.Warning, "This broker accepts insecure simulated evidence where a rule says so; such evidence proves nothing about the machine")]
    private static partial void LogInsecure(ILogger logger);

    [LoggerMessage(3006, LogLevel.Warning, "This broker takes TDX evidence under an insecure root that is not Intel's: {KeyId}")]
    private static partial void LogInsecureAnchor(ILogger logger, string keyId);
}
