using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the NetworkPolicy: out to broker, store, queue, registry and names; in from what sends requests and from KEDA.</summary>
internal static class NetworkPolicyBuilder
{
    private const string NamespaceLabel = "kubernetes.io/metadata.name";
    private const int Https = 443;

    public static AnnotatedManifest Build(RenderContext context)
    {
        var network = context.Description.Network;
        var draft = context.Draft("networking.k8s.io/v1", "NetworkPolicy");
        var ingress = Ingress(context, network);
        draft["spec"] = new JsonObject
        {
            ["podSelector"] = new JsonObject { ["matchLabels"] = context.Selector() },
            ["policyTypes"] = new JsonArray("Ingress", "Egress"),
            ["ingress"] = new JsonArray([.. ingress.Select(rule => rule.Rule)]),
            ["egress"] = new JsonArray(
                Rule("to", [Names()], [("UDP", 53), ("TCP", 53)]),
                Rule("to", Blocks(network.Broker), [("TCP", new Uri(context.Description.Trust.Broker).Port)]),
                Rule("to", Blocks(network.Storage), [("TCP", new Uri(context.Description.Store).Port)]),
                Rule("to", Blocks(network.Registry), [("TCP", RegistryPort(context.Description.Image))])),
        };
        draft.Comment("", "Defence in depth: the network is the machine owner's, what protects is attestation and encryption. The kubelet's probes come from the machine and pass.");
        for (var i = 0; i < ingress.Count; i++)
        {
            draft.Comment($"/spec/ingress/{i}", ingress[i].Why);
        }

        draft.Comment("/spec/egress/0", "Names.");
        draft.Comment("/spec/egress/1", "The key broker.");
        draft.Comment("/spec/egress/2", "The model store, and the queue with its blobs.");
        draft.Comment("/spec/egress/3", "The registry: images are pulled inside the guest, from the pod's own network.");
        return draft.Build();
    }

    private static List<(JsonObject Rule, string Why)> Ingress(RenderContext context, NetworkDescription network)
    {
        var rules = new List<(JsonObject, string)>();
        if (context.Description.Triggers.Http is { } http)
        {
            var senders = new List<string>();
            if (http.Scaler == HttpScaler.Interceptor)
            {
                senders.Add(network.KedaNamespace);
            }

            if (network.IngressNamespace is { } ingress)
            {
                senders.Add(ingress);
            }

            if (senders.Count > 0)
            {
                rules.Add((Rule("from", [.. senders.Select(Space)], [("TCP", ImageContract.HttpPort)]), "Requests, from what stands before the instances."));
            }

            rules.Add((Rule("from", [Space(network.KedaNamespace)], [("TCP", ImageContract.HealthPort)]), "KEDA reads how much work each instance has before it."));
        }

        if (network.MonitoringNamespace is { } monitoring)
        {
            rules.Add((Rule("from", [Space(monitoring)], [("TCP", ImageContract.HealthPort)]), "Metrics."));
        }

        return rules;
    }

    private static JsonObject Rule(string direction, JsonObject[] peers, (string Protocol, int Port)[] ports) => new()
    {
        [direction] = new JsonArray([.. peers]),
        ["ports"] = new JsonArray([.. ports.Select(port => new JsonObject { ["protocol"] = port.Protocol, ["port"] = port.Port })]),
    };

    private static JsonObject Space(string name) => new()
    {
        ["namespaceSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { [NamespaceLabel] = name } },
    };

    private static JsonObject Names() => new()
    {
        ["namespaceSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { [NamespaceLabel] = "kube-system" } },
        ["podSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["k8s-app"] = "kube-dns" } },
    };

    private static JsonObject[] Blocks(IReadOnlyList<string> addresses) =>
        [.. addresses.Select(address => new JsonObject { ["ipBlock"] = new JsonObject { ["cidr"] = address } })];

    private static int RegistryPort(string image) => new Uri($"https://{image.Split('@')[0]}").Port is var port and > 0 ? port : Https;
}
