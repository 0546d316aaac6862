using System.CommandLine;
using System.Text.Json;
using TrustedServe.Cli.Output;
using TrustedServe.Kubernetes.Cluster.Looking;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary><c>trustedserve deploy status</c>: instances, their trust, models, scaling and what happened, once or again and again.</summary>
internal static class DeployStatusCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var watch = new Option<bool>("--watch") { Description = "Look again and again until interrupted; with --json one line of JSON each time." };
        var interval = new Option<int>("--interval") { Description = "Seconds between two looks.", DefaultValueFactory = _ => 3 };
        interval.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3_600)
            {
                result.AddError("--interval must be from 1 to 3600.");
            }
        });
        var cluster = new ClusterArguments(60, hasManifests: false);
        var json = CommonOptions.Json();
        var command = new Command("status", "Show a deployment's instances, trust, models, scaling and events. Exit code 0: everything is there and ready; 1: not.") { watch, interval, json };
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var isJson = parsed.GetValue(json);
            using var client = cluster.Open(parsed);
            var status = new ClusterStatus(client, cluster.Name(parsed), cluster.Namespace(parsed, client));
            if (!parsed.GetValue(watch))
            {
                var seen = await LookAsync(status, cluster.Timeout(parsed), cancellationToken);
                Show(seen, isJson ? StrictJson.Indented : null);
                return seen.IsHealthy ? 0 : 1;
            }

            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    var seen = await LookAsync(status, cluster.Timeout(parsed), cancellationToken);
                    if (!isJson && !Console.IsOutputRedirected)
                    {
                        Console.Clear();
                    }

                    Show(seen, isJson ? StrictJson.Compact : null);
                }
                catch (TsfException exception) when (exception.Error == TsfErrors.ClusterUnreachable)
                {
                    Failures.Print(exception, isJson); // a cluster that is away comes back
                }

                await Task.Delay(TimeSpan.FromSeconds(parsed.GetValue(interval)), cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static async Task<DeploymentStatus> LookAsync(ClusterStatus status, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await status.ReadAsync(linked.Token);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TsfErrors.ClusterUnreachable.With($"The deployment could not be looked at within {limit.TotalSeconds:0} s.", exception);
        }
    }

    private static void Show(DeploymentStatus seen, JsonSerializerOptions? json)
    {
        if (json is null)
        {
            StatusView.Print(seen);
        }
        else
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(seen, json));
        }
    }
}
