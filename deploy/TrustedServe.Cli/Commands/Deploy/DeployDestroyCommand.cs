using System.CommandLine;
using Spectre.Console;
using TrustedServe.Kubernetes.Cluster.Destroying;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary><c>trustedserve deploy destroy</c>: removes what a deployment consists of, and nothing else.</summary>
internal static class DeployDestroyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var cluster = new ClusterArguments(600, hasManifests: false);
        var json = CommonOptions.Json();
        var command = new Command("destroy", "Remove everything that is this deployment's, in reverse order, and wait until it is gone. Volume claims, and namespaces that hold something of others, are left. Exit code 0: everything is gone; 1: not.") { yes, json };
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var isJson = parsed.GetValue(json);
            using var client = cluster.Open(parsed);
            var options = new DestroyOptions { Deployment = cluster.Name(parsed), Namespace = cluster.Namespace(parsed, client), Timeout = cluster.Timeout(parsed) };
            var destroy = new ClusterDestroy(client, options, isJson ? null : new ProgressLines());
            if (!parsed.GetValue(yes))
            {
                await ConfirmAsync(destroy, options, client.Address, cancellationToken);
            }

            var report = await destroy.RunAsync(cancellationToken);
            ReportTable.Print(report, $"deployment {report.Deployment} in {report.Namespace}", isJson);
            return report.IsDone ? 0 : 1;
        });
        return command;
    }

    // Whoever cannot be asked has not agreed.
    private static async Task ConfirmAsync(ClusterDestroy destroy, DestroyOptions options, Uri address, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            throw TsfErrors.Usage.With("Nothing was removed: there is no terminal to ask at. '--yes' does not ask.");
        }

        var objects = await destroy.PlanAsync(cancellationToken);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        foreach (var item in objects)
        {
            console.MarkupLine($"  [red]−[/] {item.ToString().EscapeMarkup()}");
        }

        Console.Error.Write($"Remove these {objects.Count} objects from {address}? Type the deployment's name ({options.Deployment}): ");
        if (Console.In.ReadLine()?.Trim() != options.Deployment)
        {
            throw TsfErrors.Usage.With("Nothing was removed: the deployment's name was not typed. '--yes' does not ask.");
        }
    }
}
