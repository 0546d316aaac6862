using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Hosting;

/// <summary>A key broker, if an embedded one is wanted, and the front end with its workers: what <c>serve</c> and <c>demo</c> start.</summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private LocalStack(ServiceProcess? broker, ServiceProcess functions, Uri brokerAddress)
    {
        BrokerProcess = broker;
        Functions = functions;
        Broker = brokerAddress;
    }

    /// <summary>The front end's process.</summary>
    public ServiceProcess Functions { get; }

    /// <summary>The embedded broker's process; null when the broker is another's.</summary>
    public ServiceProcess? BrokerProcess { get; }

    /// <summary>Address of the key broker.</summary>
    public Uri Broker { get; }

    /// <summary>Starts both; returns as soon as the processes run, before they listen.</summary>
    public static async Task<LocalStack> StartAsync(LocalStackOptions options, CancellationToken cancellationToken)
    {
        var (process, address) = options.Broker is { } remote
            ? (null, remote)
            : await StartBrokerAsync(options, cancellationToken);
        try
        {
            return new LocalStack(process, StartFunctions(options, address), address);
        }
        catch
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Waits until one of the processes has ended, and says which.</summary>
    public async Task<ServiceProcess> WaitForFirstExitAsync(CancellationToken cancellationToken)
    {
        ServiceProcess[] processes = BrokerProcess is null ? [Functions] : [Functions, BrokerProcess];
        var exits = processes.Select(process => process.WaitForExitAsync(cancellationToken)).ToList();
        var first = await Task.WhenAny(exits);
        await first;
        return processes[exits.IndexOf(first)];
    }

    /// <summary>Ends the front end (which drains), then the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Functions.DisposeAsync();
        }
        finally
        {
            if (BrokerProcess is not null)
            {
                await BrokerProcess.DisposeAsync();
            }
        }
    }

    private static async Task<(ServiceProcess? Process, Uri Address)> StartBrokerAsync(LocalStackOptions options, CancellationToken cancellationToken)
    {
        var own = Path.Combine(options.BrokerFolder, "policy.json");
        if (File.Exists(own))
        {
            return await EmbeddedBroker.StartAsync(options.BrokerFolder, own, options.BrokerCollateral, cancellationToken);
        }

        if (!options.InsecureSimulatedEvidence)
        {
            throw TsfErrors.Usage.With($"The embedded broker has no policy ({own} does not exist), so it would release nothing. "
                + "Write one, or for development give --insecure-simulated-evidence.");
        }

        var policy = Path.Combine(options.BrokerFolder, "insecure-local-policy.json");
        EmbeddedBroker.WriteInsecureLocalPolicy(policy);
        return await EmbeddedBroker.StartAsync(options.BrokerFolder, policy, [], cancellationToken);
    }

    private static ServiceProcess StartFunctions(LocalStackOptions options, Uri broker)
    {
        var arguments = new List<string>
        {
            "--exit-on-stdin-eof",
            $"--TrustedServe:Models:Store={options.Models}",
            $"--TrustedServe:Http:Listen={options.Listen}",
            $"--TrustedServe:Health:Listen={options.HealthListen}",
            $"--TrustedServe:Trust:Broker={broker}",
            $"--TrustedServe:Trust:InsecureSimulatedEvidence={(options.InsecureSimulatedEvidence ? "true" : "false")}",
        };
        if (options.Once)
        {
            arguments.Add("--once");
        }

        if (options.SettingsFile is { } settings)
        {
            arguments.AddRange(["--settings", settings]);
        }

        arguments.AddRange(options.Settings.Select(pair => $"--TrustedServe:{pair.Key}={pair.Value}"));
        return ServiceProcess.Start("The front end", Programs.Functions, arguments, options.SecretSettings.ToDictionary(
            pair => "TRUSTEDSERVE__" + pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value));
    }
}
