using System.CommandLine;
using TrustedServe.Kubernetes.Checks;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Cluster.Applying;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary><c>trustedserve deploy apply</c>: puts manifests into a cluster, whole or not at all.</summary>
internal static class DeployApplyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("manifests") { Description = ManifestInput.Description, Arity = ArgumentArity.OneOrMore };
        var force = new Option<bool>("--force-conflicts") { Description = "Take over fields that somebody else manages." };
        var adopt = new Option<bool>("--adopt") { Description = "Take over objects that exist and are not this deployment's." };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait until everything is ready." };
        var noPrune = new Option<bool>("--no-prune") { Description = "Leave what was applied once and is not among the manifests any more." };
        var noRollBack = new Option<bool>("--no-rollback") { Description = "Leave a failed apply as it is, to look at it." };
        var @unchecked = new Option<bool>("--insecure-unchecked") { Description = "Apply what 'deploy check' finds errors in; without it nothing is applied then." };
        var cluster = new ClusterArguments(900, hasManifests: true);
        var json = CommonOptions.Json();
        var command = new Command("apply", "Check and apply a description or manifests, wait until they are ready, remove what is rendered no more; on failure bring back what was before. Exit code 0: everything is done; 1: not.")
        {
            files, force, adopt, noWait, noPrune, noRollBack, @unchecked, json,
        };
        cluster.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var isJson = parsed.GetValue(json);
            var documents = await ManifestInput.ReadAsync(parsed.GetValue(files)!, cancellationToken);
            var errors = ManifestCheck.Run(documents, new CheckOptions()).Where(finding => finding.Check.Severity == Severity.Error).ToList();
            if (errors.Count > 0 && !parsed.GetValue(@unchecked))
            {
                FindingReport.Print(isJson, errors, documents.Count, 0);
                return 1;
            }

            using var client = cluster.Open(parsed);
            var manifests = documents.Select(document => document.Manifest).ToList();
            var options = new ApplyOptions
            {
                Deployment = cluster.Name(parsed, manifests),
                Namespace = cluster.Namespace(parsed),
                ForceConflicts = parsed.GetValue(force),
                Adopt = parsed.GetValue(adopt),
                Wait = !parsed.GetValue(noWait),
                Prune = !parsed.GetValue(noPrune),
                RollBack = !parsed.GetValue(noRollBack),
                Timeout = cluster.Timeout(parsed),
            };
            var report = await new ClusterApply(client, options, isJson ? null : new ProgressLines()).RunAsync(manifests, cancellationToken);
            ReportTable.Print(report, $"deployment {report.Deployment} in {report.Namespace}", isJson);
            return report.IsDone ? 0 : 1;
        });
        return command;
    }
}
