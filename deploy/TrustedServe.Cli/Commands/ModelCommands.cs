using System.CommandLine;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model</c>: packages and sealed packages.</summary>
internal static class ModelCommands
{
    /// <summary>Creates the command with its verbs.</summary>
    public static Command Create() => new("model", "Pack, optimise, seal, sign, check and publish models.")
    {
        ModelPackCommand.Create(),
        ModelOptimizeCommand.Create(),
        ModelInspectCommand.Create(),
        ModelSealCommand.Create(),
        ModelSignCommand.Create(),
        ModelUnsealCommand.Create(),
        ModelVerifyCommand.Create(),
        ModelPushCommand.Create(),
    };
}
