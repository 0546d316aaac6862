using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>A request that the double refuses, with the Status object that an API server sends.</summary>
internal sealed class ApiFailure(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    public JsonObject Status { get; } = Describe(code, reason, message, details);

    public static JsonObject Describe(int code, string reason, string message, JsonObject? details = null)
    {
        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Failure", ["message"] = message, ["reason"] = reason, ["code"] = code };
        if (details is not null)
        {
            status["details"] = details;
        }

        return status;
    }

    public static ApiFailure NotFound(KindEntry kind, string name) =>
        new(404, "NotFound", $"{kind.Plural}{(kind.Group.Length > 0 ? "." + kind.Group : "")} \"{name}\" not found", new JsonObject { ["name"] = name, ["group"] = kind.Group, ["kind"] = kind.Plural });
}
