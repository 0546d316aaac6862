using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Builds the rule with which a broker releases to this deployment's instances alone: guest by its registers, container by MRCONFIGID.</summary>
internal static class BrokerPolicyBuilder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Build(RenderContext context)
    {
        var measured = context.Description.Trust.Measurements;
        var policy = new JsonObject
        {
            ["formatVersion"] = 1,
            ["rules"] = new JsonArray(new JsonObject
            {
                ["name"] = context.Name,
                ["resources"] = Texts(Resources(context.Description)),
                ["tdx"] = new JsonObject
                {
                    ["mr_td"] = Registers(measured.MrTd),
                    ["rtmr_0"] = Registers(measured.Rtmr0),
                    ["rtmr_1"] = Registers(measured.Rtmr1),
                    ["rtmr_2"] = Registers(measured.Rtmr2),
                    ["mr_config_id"] = Texts([context.MrConfigId]),
                },
            }),
        };
        return policy.ToJsonString(Indented) + "\n";
    }

    private static IEnumerable<string> Resources(DeploymentDescription description) =>
        description.Models.Select(model => Path(model.Key ?? $"kbs:///models/key/{model.Name}"))
            .Prepend(Path(ContainerBuilder.SettingsResource(description)))
            .Concat(description.Trust.ImagePolicy is { } policy ? [Path(policy)] : [])
            .Concat(description.Trust.Resources)
            .Distinct(StringComparer.Ordinal);

    private static string Path(string resource) => resource["kbs:///".Length..];

    private static JsonArray Registers(IReadOnlyList<string> values) => Texts(values.Select(value => value.ToLowerInvariant()));

    private static JsonArray Texts(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}
