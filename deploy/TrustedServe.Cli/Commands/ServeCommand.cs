using System.CommandLine;
using TrustedServe.Cli.Hosting;
using TrustedServe.Cli.Output;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve serve</c>: the same front end that runs in a pod, on this machine.</summary>
internal static class ServeCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var models = new Option<string>("--models") { Description = "The model store: a folder, or the https address of a blob container.", Required = true };
        var broker = new Option<string>("--broker") { Description = "The key broker: 'embedded', or the address of one that speaks the KBS protocol.", DefaultValueFactory = _ => "embedded" };
        var brokerFolder = CommonOptions.BrokerFolder();
        var collateral = new Option<string?>("--broker-collateral") { Description = "Folder of collateral that the embedded broker verifies TDX quotes with ('attest collateral fetch' fills it)." };
        var collateralSource = new Option<string[]>("--broker-collateral-source") { Description = "Address of a PCS or PCCS that the embedded broker asks for collateral. May be given several times." };
        var simulated = new Option<bool>("--insecure-simulated-evidence") { Description = "Development only: make evidence up instead of asking the hardware for it. Proves nothing to anybody." };
        var listen = new Option<string>("--listen") { Description = "Address of the HTTP trigger.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var health = new Option<string>("--health-listen") { Description = "Address of health and metrics.", DefaultValueFactory = _ => "http://127.0.0.1:8081" };
        var settings = new Option<string?>("--settings") { Description = "A settings file for the front end; settings.schema.json describes it." };
        var set = new Option<string[]>("--set") { Description = "One more setting of the front end, for example Http:MaxBodyBytes=1048576. May be given several times." };
        var connection = CommonOptions.StoreConnectionVariable();
        var once = new Option<bool>("--once") { Description = "Take one message from the queue, finish it and end; the exit code says how it ended (0: done, or the queue was empty)." };
        var json = new Option<bool>("--json") { Description = "Print the front end's own log, one JSON object a line." };
        var command = new Command("serve", "Serve the models of a store until Ctrl+C.") { models, broker, brokerFolder, collateral, collateralSource, simulated, listen, health, settings, set, connection, once, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new LocalStackOptions
            {
                Models = Location(parsed.GetValue(models)!),
                Broker = parsed.GetValue(broker) is { } text && text != "embedded" ? ParseBroker(text) : null,
                BrokerFolder = parsed.GetValue(brokerFolder)!,
                BrokerCollateral =
                [
                    .. parsed.GetValue(collateral) is { } directory ? ["--collateral", directory] : Array.Empty<string>(),
                    .. (parsed.GetValue(collateralSource) ?? []).SelectMany(source => new[] { "--collateral-source", source }),
                ],
                InsecureSimulatedEvidence = parsed.GetValue(simulated),
                Listen = parsed.GetValue(listen)!,
                HealthListen = parsed.GetValue(health)!,
                Once = parsed.GetValue(once),
                SettingsFile = parsed.GetValue(settings),
                Settings = ParseSettings(parsed.GetValue(set) ?? []),
                SecretSettings = Secrets(parsed.GetValue(connection)),
            };
            return await RunAsync(options, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    /// <summary>The value of the environment variable with this name.</summary>
    /// <exception cref="TsfException">TSF0010 when it is not set.</exception>
    internal static string? FromEnvironment(string? variable) => variable is null ? null
        : Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value
        : throw TsfErrors.Usage.With($"The environment variable {variable} is not set.");

    private static async Task<int> RunAsync(LocalStackOptions options, bool json, CancellationToken cancellationToken)
    {
        await using var stack = await LocalStack.StartAsync(options, cancellationToken);
        var progress = new StartProgress(json);
        stack.Functions.Logged += progress.Show;
        if (stack.BrokerProcess is { } broker)
        {
            broker.Logged += progress.Show;
        }

        try
        {
            // Without its broker nothing can start again: better to end with it and say so.
            var ended = await stack.WaitForFirstExitAsync(cancellationToken);
            if (ended != stack.Functions)
            {
                throw TsfErrors.BrokerUnreachable.With($"{ended.Name} ended with exit code {ended.ExitCode}.");
            }

            return ended.ExitCode;
        }
        catch (OperationCanceledException)
        {
            if (!options.Once)
            {
                return 0;
            }

            // What became of the message is what the caller must know.
            await stack.Functions.EndAsync();
            return stack.Functions.ExitCode;
        }
    }

    /// <summary>A store as the front end takes it.</summary>
    internal static string Location(string models) =>
        models.Contains("://", StringComparison.Ordinal) ? models : Path.GetFullPath(models);

    private static Uri ParseBroker(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address)
        ? address
        : throw TsfErrors.Usage.With($"--broker takes 'embedded' or an address such as https://broker.example:8443, not '{text}'.");

    /// <summary>Pairs of <c>Key=value</c>.</summary>
    /// <exception cref="TsfException">TSF0010.</exception>
    internal static Dictionary<string, string> ParseSettings(string[] pairs)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in pairs)
        {
            if (pair.Split('=', 2) is not [var key, var value])
            {
                throw TsfErrors.Usage.With("--set takes Key=value.");
            }

            if (key.EndsWith("ConnectionString", StringComparison.OrdinalIgnoreCase))
            {
                throw TsfErrors.Usage.With($"{key} is a secret, and every user of this machine can read a command line: set the environment variable TRUSTEDSERVE__{key.Replace(":", "__", StringComparison.Ordinal)} instead.");
            }

            if (!settings.TryAdd(key, value))
            {
                throw TsfErrors.Usage.With($"--set names {key} twice.");
            }
        }

        return settings;
    }

    /// <summary>The settings that come from an environment variable.</summary>
    internal static Dictionary<string, string> Secrets(string? variable) =>
        FromEnvironment(variable) is { } value ? new() { ["Models:StoreConnectionString"] = value } : [];
}
