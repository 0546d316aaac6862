using System.CommandLine;
using TrustedServe.Kubernetes.Cluster;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>Options that say which cluster, namespace and deployment are meant; shared by the verbs that go there.</summary>
internal sealed class ClusterArguments
{
    private readonly Option<string?> kubeconfig = new("--kubeconfig") { Description = "A kubeconfig; default: KUBECONFIG, then ~/.kube/config, then the pod's service account." };
    private readonly Option<string?> context = new("--context") { Description = "A context of the kubeconfig; default: its current one." };
    private readonly Option<string?> inside = new("--namespace", "-n") { Description = "Namespace of the deployment; default: the manifests' only one, then the context's, then 'default'." };
    private readonly Option<string?> name;
    private readonly Option<int> timeout;
    private readonly Option<bool> skipTls = new("--insecure-skip-tls-verify") { Description = "Accept a kubeconfig that turns the check of the server's certificate off; whoever is on the way can then take the credentials." };

    /// <summary>The options, with a default for the time that the whole verb may take.</summary>
    public ClusterArguments(int seconds, bool hasManifests)
    {
        name = new Option<string?>("--name")
        {
            Description = $"Name of the deployment{(hasManifests ? $"; default: the one that every manifest has as its label {Ownership.InstanceLabel}" : "")}.",
            Required = !hasManifests,
        };
        timeout = new Option<int>("--timeout") { Description = "Seconds for everything, retries and waiting included.", DefaultValueFactory = _ => seconds };
        timeout.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 86_400)
            {
                result.AddError("--timeout must be from 1 to 86400.");
            }
        });
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[name, inside, kubeconfig, context, skipTls, timeout])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Opens the cluster.</summary>
    /// <exception cref="TsfException">TSF7042.</exception>
    public ClusterClient Open(ParseResult parsed) => ClusterClient.Open(
        new ClusterOptions { Kubeconfig = parsed.GetValue(kubeconfig), Context = parsed.GetValue(context), InsecureSkipTlsVerify = parsed.GetValue(skipTls) },
        TimeProvider.System);

    /// <summary>The deployment's name.</summary>
    public string Name(ParseResult parsed) => parsed.GetValue(name)!;

    /// <summary>The deployment's name, or what the manifests say that it is.</summary>
    /// <exception cref="TsfException">TSF0010: neither says it.</exception>
    public string Name(ParseResult parsed, IReadOnlyList<Manifest> manifests) => parsed.GetValue(name) ?? Ownership.InstanceOf(manifests)
        ?? throw TsfErrors.Usage.With($"Give the deployment a name with '--name': the manifests do not all have the same label {Ownership.InstanceLabel}.");

    /// <summary>The namespace that was named.</summary>
    public string? Namespace(ParseResult parsed) => parsed.GetValue(inside);

    /// <summary>The namespace where there are no manifests to name one.</summary>
    public string Namespace(ParseResult parsed, ClusterClient client) => parsed.GetValue(inside) ?? client.DefaultNamespace ?? "default";

    /// <summary>The time for everything.</summary>
    public TimeSpan Timeout(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(timeout));
}
