using System.CommandLine;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary><c>trustedserve deploy</c>: onto a cluster, from one description.</summary>
internal static class DeployCommands
{
    /// <summary>Creates the command with its verbs.</summary>
    public static Command Create() => new("deploy", "Put models onto a Kubernetes cluster, from one description.")
    {
        DeployRenderCommand.Create(),
        DeployCheckCommand.Create(),
        DeployApplyCommand.Create(),
        DeployDiffCommand.Create(),
        DeployStatusCommand.Create(),
        DeployDestroyCommand.Create(),
        DeploySimulateCommand.Create(),
    };
}
