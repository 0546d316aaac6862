using System.CommandLine;
using TrustedServe.Cli.Commands;
using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Bench;

/// <summary>Options of a stack that a measurement starts by itself, on ports that the system picks.</summary>
internal sealed class StackOptions
{
    private readonly Option<string?> models = new("--models") { Description = "Start a front end for this model store: a folder, or the https address of a blob container." };
    private readonly Option<string> brokerFolder = CommonOptions.BrokerFolder();
    private readonly Option<bool> simulated = new("--insecure-simulated-evidence") { Description = "Development only: make evidence up instead of asking the hardware for it. Proves nothing to anybody." };
    private readonly Option<string[]> set = new("--set") { Description = "One more setting of the front end that is started, for example Worker:Lanes=1. May be given several times." };
    private readonly Option<string?> connection = CommonOptions.StoreConnectionVariable();

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { models, brokerFolder, simulated, set, connection })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether a stack is wanted.</summary>
    public bool IsWanted(ParseResult parsed) => parsed.GetValue(models) is not null;

    /// <summary>What to start.</summary>
    /// <exception cref="TsfException">TSF0010.</exception>
    public LocalStackOptions Read(ParseResult parsed) => new()
    {
        Models = ServeCommand.Location(parsed.GetValue(models) ?? throw TsfErrors.Usage.With("--models is missing: the model store to start from.")),
        BrokerFolder = parsed.GetValue(brokerFolder)!,
        InsecureSimulatedEvidence = parsed.GetValue(simulated),
        Listen = "http://127.0.0.1:0",
        HealthListen = "http://127.0.0.1:0",
        Settings = ServeCommand.ParseSettings(parsed.GetValue(set) ?? []),
        SecretSettings = ServeCommand.Secrets(parsed.GetValue(connection)),
    };
}
