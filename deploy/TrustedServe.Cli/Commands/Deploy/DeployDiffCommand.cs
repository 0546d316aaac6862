using System.CommandLine;
using System.Text.Json;
using TrustedServe.Cli.Output;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Cluster.Differences;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary><c>trustedserve deploy diff</c>: what an apply would change. Its exit codes are those of <c>kubectl diff</c>.</summary>
internal static class DeployDiffCommand
{
    private const int Different = 1;
    private const int NotCompared = 2;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("manifests") { Description = ManifestInput.Description, Arity = ArgumentArity.OneOrMore };
        var force = new Option<bool>("--force-conflicts") { Description = "Compare as if fields that somebody else manages were taken over." };
        var adopt = new Option<bool>("--adopt") { Description = "Compare as if objects that are not this deployment's were taken over." };
        var cluster = new ClusterArguments(120, hasManifests: true);
        var json = CommonOptions.Json();
        var command = new Command("diff", "Show field by field what an apply would change, as the cluster computes it; nothing is changed. Exit code 0: nothing; 1: something; 2: it cannot be told.") { files, force, adopt, json };
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var isJson = parsed.GetValue(json);
            try
            {
                using var client = cluster.Open(parsed);
                var manifests = (await ManifestInput.ReadAsync(parsed.GetValue(files)!, cancellationToken)).Select(document => document.Manifest).ToList();
                var options = new ApplyOptions { Deployment = cluster.Name(parsed, manifests), Namespace = cluster.Namespace(parsed), ForceConflicts = parsed.GetValue(force), Adopt = parsed.GetValue(adopt), Timeout = cluster.Timeout(parsed) };
                var differences = await new ClusterDiff(client, options).RunAsync(manifests, cancellationToken);
                if (isJson)
                {
                    Console.Out.WriteLine(JsonSerializer.Serialize(differences, StrictJson.Indented));
                }
                else
                {
                    DifferenceView.Print(differences);
                }

                return differences.Any(item => item.Kind == DifferenceKind.Refuse) ? NotCompared : differences.Any(item => item.Kind != DifferenceKind.None) ? Different : 0;
            }
            catch (TsfException exception)
            {
                Failures.Print(exception, isJson);
                return NotCompared;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Failures.Print(TsfErrors.FileUnreadable.With(exception.Message, exception), isJson);
                return NotCompared;
            }
        });
        return command;
    }
}
