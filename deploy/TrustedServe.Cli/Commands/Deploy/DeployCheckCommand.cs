using System.CommandLine;
using TrustedServe.Kubernetes.Checks;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Live;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary><c>trustedserve deploy check</c>: what is wrong with manifests, rendered ones and those of others, and with the cluster for them.</summary>
internal static class DeployCheckCommand
{
    // A queue's message is kept for a week at most; a job that takes longer has lost it.
    private const double LongestJobLimit = 7 * 24 * 60 * 60;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = ManifestInput.Description, Arity = ArgumentArity.ZeroOrMore };
        var cluster = new Option<bool>("--cluster") { Description = "Compare with the cluster too: runtime classes, KEDA, nodes, quotas, permissions." };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "The kubeconfig; without it KUBECONFIG, then the default one, then the pod's service account." };
        var context = new Option<string?>("--context") { Description = "The context in it; without it the current one." };
        var longest = new Option<double?>("--longest-job") { Description = "Seconds that the longest job may take; pods must be given as long to end." };
        var ignore = new Option<string[]>("--ignore") { Description = "Codes that are not reported, for example TSK064.", AllowMultipleArgumentsPerToken = true };
        var strict = new Option<bool>("--strict") { Description = "Exit with 1 on warnings too." };
        var list = new Option<bool>("--list") { Description = "List every code instead." };
        var markdown = new Option<bool>("--markdown") { Description = "With --list: print the page CHECKS.md." };
        var json = CommonOptions.Json();
        var command = new Command("check", "Find what is wrong with a description or with manifests; exit code 0 without errors, 1 with.")
        {
            files, cluster, kubeconfig, context, longest, ignore, strict, list, markdown, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(list))
            {
                if (parsed.GetValue(markdown))
                {
                    Console.Write(CheckPage.Markdown());
                }
                else
                {
                    FindingReport.PrintCodes(parsed.GetValue(json));
                }

                return 0;
            }

            var ignored = (parsed.GetValue(ignore) ?? []).Select(code => CheckCodes.Find(code) ?? throw TsfErrors.Usage.With($"There is no finding '{code}'; --list shows them.")).ToHashSet();
            var options = new CheckOptions { LongestJob = parsed.GetValue(longest) is { } seconds ? Duration(seconds) : null };
            var documents = await ManifestInput.ReadAsync(parsed.GetValue(files) ?? [], cancellationToken);
            var all = await FindAsync(documents, options, parsed.GetValue(cluster) ? ClusterReader.Open(parsed.GetValue(kubeconfig), parsed.GetValue(context)) : null, cancellationToken);
            var shown = all.Where(finding => !ignored.Contains(finding.Check)).ToList();
            FindingReport.Print(parsed.GetValue(json), shown, documents.Count, all.Count - shown.Count);
            return shown.Any(finding => finding.Check.Severity == Severity.Error || parsed.GetValue(strict)) ? 1 : 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<Finding>> FindAsync(IReadOnlyList<ManifestDocument> documents, CheckOptions options, ClusterReader? cluster, CancellationToken cancellationToken)
    {
        using (cluster)
        {
            var found = ManifestCheck.Run(documents, options);
            return cluster is null ? found : [.. found.Concat(await ClusterCheck.RunAsync(documents, cluster, cancellationToken)).OrderBy(finding => finding.Check.Severity)];
        }
    }

    private static TimeSpan Duration(double seconds) => seconds is > 0 and <= LongestJobLimit
        ? TimeSpan.FromSeconds(seconds)
        : throw TsfErrors.Usage.With($"--longest-job must be above 0 and at most {LongestJobLimit} seconds.");
}
