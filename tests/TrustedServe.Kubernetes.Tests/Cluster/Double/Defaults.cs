using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>The defaults that an API server writes into objects: nobody owns them, and they show in every diff that is naive.</summary>
internal static class Defaults
{
    public static void Set(KindEntry kind, JsonObject content)
    {
        switch (kind)
        {
            case { Kind: "Deployment" } when content["spec"] is JsonObject spec:
                spec["replicas"] ??= 1;
                spec["revisionHistoryLimit"] ??= 10;
                spec["progressDeadlineSeconds"] ??= 600;
                if (spec["template"]?["spec"] is JsonObject template)
                {
                    Pod(template);
                }

                break;
            case { Kind: "Pod" } when content["spec"] is JsonObject pod:
                Pod(pod);
                break;
            case { Kind: "Service" } when content["spec"] is JsonObject service:
                service["type"] ??= "ClusterIP";
                Protocols(service);
                break;
            case { Kind: "Namespace" }:
                content["spec"] ??= new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
                content["status"] ??= new JsonObject { ["phase"] = "Active" };
                break;
        }
    }

    private static void Pod(JsonObject pod)
    {
        pod["restartPolicy"] ??= "Always";
        pod["schedulerName"] ??= "default-scheduler";
        foreach (var container in (pod["containers"] as JsonArray ?? []).OfType<JsonObject>())
        {
            container["imagePullPolicy"] ??= "IfNotPresent";
            container["terminationMessagePath"] ??= "/dev/termination-log";
            Protocols(container);
        }
    }

    private static void Protocols(JsonObject holder)
    {
        foreach (var port in (holder["ports"] as JsonArray ?? []).OfType<JsonObject>())
        {
            port["protocol"] ??= "TCP";
        }
    }
}
