using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>
/// Builds the settings resource: what decides trust and so comes from the broker, after attestation. What is secret is not in a
/// description: it is named, and added by who puts the resource at the broker. A start without it is refused.
/// </summary>
internal static class ReleasedSettingsBuilder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Build(RenderContext context)
    {
        var triggers = context.Description.Triggers;
        var settings = new JsonObject
        {
            ["Models"] = new JsonObject { ["Store"] = context.Description.Store },
            ["Trust"] = new JsonObject { ["KeySource"] = "GuestApi" },
            ["Worker"] = new JsonObject { ["Executable"] = ImageContract.Worker },
        };
        if (triggers.Queue is { } queue)
        {
            settings["Queue"] = new JsonObject
            {
                ["AllowedInputContainers"] = new JsonArray([.. queue.Inputs.Select(input => (JsonNode)input)]),
                ["AllowedOutputContainers"] = new JsonArray([.. queue.Outputs.Select(output => (JsonNode)output)]),
            };
        }

        string[] secrets =
        [
            "Models.StoreConnectionString: connection string of the store's account, with the right to read",
            .. triggers.Queue is null ? (string[])[] : ["Queue.ConnectionString: connection string of the queue's account"],
            .. triggers.Http is null ? (string[])[] : ["Http.ApiKeys: what 'trustedserve api-key create' wrote, as it is"],
        ];
        return $"// The resource {ContainerBuilder.SettingsResource(context.Description)} of the broker. Before it is put there, add what is secret:\n"
            + string.Concat(secrets.Select(secret => $"// - {secret}\n"))
            + new JsonObject { ["TrustedServe"] = settings }.ToJsonString(Indented) + "\n";
    }
}
