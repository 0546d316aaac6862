using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using YamlDotNet.Serialization;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>
/// A Kubernetes API server on 127.0.0.1: discovery, reading, writing, server-side apply with its ownership of fields, dry runs, watches
/// with bookmarks and versions that grow too old, deletion with finalizers and owners, and the way to a pod's port. kubectl works with it.
/// </summary>
internal sealed class ApiDouble : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ObjectWrites writes;
    private readonly Watches watches;

    private ApiDouble(WebApplication application) => (this.application, writes, watches) = (application, new(Store), new(Store));

    public Uri Address => new(application.Urls.First());

    public ObjectStore Store { get; } = new();

    public Controllers Controllers { get; private set; } = null!;

    public Faults Faults { get; } = new();

    /// <summary>What a pod answers at a port: status and body.</summary>
    public ConcurrentDictionary<string, Func<string, (int Status, string Body)>> Pods { get; } = new();

    /// <summary>Method, path and query of every request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>How many watches were opened.</summary>
    public int WatchesOpened => watches.Opened;

    /// <summary>The token that is demanded; null for none.</summary>
    public string? Token { get; set; }

    /// <summary>Whether a version that is too old is told by the status of the answer, or by an event in it; servers do both.</summary>
    public bool IsGoneByStatus
    {
        get => watches.IsGoneByStatus;
        set => watches.IsGoneByStatus = value;
    }

    public static async Task<ApiDouble> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.Logging.ClearProviders();
        var application = builder.Build();
        var cluster = new ApiDouble(application);
        cluster.Controllers = new Controllers(cluster.Store);
        application.Run(cluster.HandleAsync);
        await application.StartAsync();
        cluster.Put("Namespace", null, "default", []);
        cluster.Put("ServiceAccount", "default", "default", []);
        cluster.Put("ConfigMap", "default", "kube-root-ca.crt", []);
        return cluster;
    }

    /// <summary>Writes a kubeconfig and returns its path.</summary>
    public string Kubeconfig(string path, string? token = null, string? @namespace = null)
    {
        var user = token is null ? "" : ", user: user";
        var place = @namespace is null ? "" : $", namespace: {@namespace}";
        File.WriteAllLines(path,
        [
            "apiVersion: v1",
            "kind: Config",
            "current-context: double",
            $"clusters: [{{name: double, cluster: {{server: \"{Address}\"}} }}]",
            token is null ? "users: []" : $"users: [{{name: user, user: {{token: {token}}} }}]",
            $"contexts: [{{name: double, context: {{cluster: double{user}{place}}} }}]",
        ]);
        return path;
    }

    /// <summary>Writes an object as somebody else would.</summary>
    public JsonObject Put(string kind, string? @namespace, string name, JsonObject content, string manager = "somebody", string subresource = "") =>
        writes.Put(kind, @namespace, name, content, manager, subresource);

    /// <summary>Changes an object as somebody else would.</summary>
    public void Edit(string kind, string? @namespace, string name, Action<JsonObject> change, string manager = "somebody") => writes.Edit(kind, @namespace, name, change, manager);

    /// <summary>Breaks every watch that is open.</summary>
    public void CutWatches() => watches.Cut();

    public async ValueTask DisposeAsync()
    {
        CutWatches();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await application.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // A request that hangs, as it was told to.
        }

        await application.DisposeAsync();
        await Controllers.DisposeAsync();
    }

    public static async Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString());
    }

    private async Task HandleAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        await Faults.HandleAsync(context, async () =>
        {
            try
            {
                if (Token is not null && context.Request.Headers.Authorization != $"Bearer {Token}")
                {
                    throw new ApiFailure(401, "Unauthorized", "Unauthorized");
                }

                await RouteAsync(context, context.Request.Path.Value!.Trim('/').Split('/'));
            }
            catch (ApiFailure failure)
            {
                await WriteAsync(context, failure.Code, failure.Status);
            }
        });
    }

    private async Task RouteAsync(HttpContext context, string[] path)
    {
        switch (path)
        {
            case ["version"]:
                await WriteAsync(context, 200, new JsonObject { ["major"] = "1", ["minor"] = "32", ["gitVersion"] = "v1.32.0" });
                return;
            case ["api"]:
                await WriteAsync(context, 200, new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") });
                return;
            case ["apis"]:
                await WriteAsync(context, 200, Groups());
                return;
            case ["api", var version]:
                await WriteAsync(context, 200, Resources("", version));
                return;
            case ["apis", var group, var version]:
                await WriteAsync(context, 200, Resources(group, version));
                return;
            case ["api", "v1", "namespaces", var inside, "pods", var pod, "proxy", .. var rest] when pod.Contains(':', StringComparison.Ordinal):
                await ProxyAsync(context, inside, pod.Split(':')[0], pod.Split(':')[1], "/" + string.Join('/', rest));
                return;
            case ["api", var version, .. var rest]:
                await ObjectsAsync(context, "", version, rest);
                return;
            case ["apis", var group, var version, .. var rest]:
                await ObjectsAsync(context, group, version, rest);
                return;
            default:
                throw new ApiFailure(404, "NotFound", "the server could not find the requested resource");
        }
    }

    private static JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. KindEntry.All.Where(kind => kind.Group.Length > 0).Select(kind => (kind.Group, kind.Version)).Distinct().Select(group => (JsonNode)new JsonObject
        {
            ["name"] = group.Group,
            ["versions"] = new JsonArray(new JsonObject { ["groupVersion"] = $"{group.Group}/{group.Version}", ["version"] = group.Version }),
            ["preferredVersion"] = new JsonObject { ["groupVersion"] = $"{group.Group}/{group.Version}", ["version"] = group.Version },
        })]),
    };

    private static JsonObject Resources(string group, string version)
    {
        var kinds = KindEntry.All.Where(kind => kind.Group == group && kind.Version == version).ToList();
        return kinds.Count == 0 ? throw new ApiFailure(404, "NotFound", "the server could not find the requested resource") : new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = kinds[0].ApiVersion,
            ["resources"] = new JsonArray([.. kinds.SelectMany(kind => new[] { kind.Plural, kind.Plural + "/status" }, (kind, name) => (JsonNode)new JsonObject
            {
                ["name"] = name,
                ["singularName"] = kind.Kind.ToLowerInvariant(),
                ["namespaced"] = kind.IsNamespaced,
                ["kind"] = kind.Kind,
                ["verbs"] = name.Contains('/', StringComparison.Ordinal) ? new JsonArray("get", "patch", "update") : new JsonArray("create", "delete", "get", "list", "patch", "update", "watch"),
            })]),
        };
    }

    private async Task ProxyAsync(HttpContext context, string inside, string pod, string port, string path)
    {
        _ = Store.Find("Pod", inside, pod) ?? throw ApiFailure.NotFound(KindEntry.All.First(kind => kind.Kind == "Pod"), pod);
        var (status, body) = Pods.TryGetValue($"{pod}:{port}", out var answer)
            ? answer(path)
            : throw new ApiFailure(503, "ServiceUnavailable", $"error trying to reach service: dial tcp 10.0.0.7:{port}: connect: connection refused");
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    private async Task ObjectsAsync(HttpContext context, string group, string version, string[] path)
    {
        var (inside, plural, name, rest) = path switch
        {
            ["namespaces", var place, var type, .. var more] when KindEntry.All.Any(kind => kind.Plural == type && kind.Group == group) => (place, type, more.ElementAtOrDefault(0), more.Skip(1).ToArray()),
            [var type, .. var more] => ((string?)null, type, more.ElementAtOrDefault(0), more.Skip(1).ToArray()),
            _ => throw new ApiFailure(404, "NotFound", "the server could not find the requested resource"),
        };
        var kind = KindEntry.All.FirstOrDefault(item => item.Plural == plural && item.Group == group && item.Version == version) is { } found && (found.IsNamespaced || inside is null) && rest is []
            ? found
            : throw new ApiFailure(404, "NotFound", "the server could not find the requested resource");
        var query = context.Request.Query;
        var dryRun = query["dryRun"] == "All";
        switch (context.Request.Method, name)
        {
            case ("GET", null) when query["watch"] is [var watch] && watch is "true" or "1":
                await watches.ServeAsync(context, kind, inside);
                return;
            case ("GET", null):
                await WriteAsync(context, 200, List(kind, inside, query));
                return;
            case ("GET", { } one):
                await WriteAsync(context, 200, Store.Find(kind, inside, one) ?? throw ApiFailure.NotFound(kind, one));
                return;
            case ("POST", null):
                await WriteAsync(context, 201, writes.Create(kind, inside, await BodyAsync(context), Manager(context), dryRun));
                return;
            case ("PUT", { } one):
                await WriteAsync(context, 200, writes.Replace(kind, inside, one, await BodyAsync(context), Manager(context), dryRun));
                return;
            case ("PATCH", { } one) when context.Request.ContentType!.StartsWith("application/apply-patch", StringComparison.Ordinal):
                var (applied, isNew) = writes.Apply(kind, inside, one, await BodyAsync(context), Manager(context), query["force"] == "true", dryRun);
                await WriteAsync(context, isNew ? 201 : 200, applied);
                return;
            case ("PATCH", { } one) when context.Request.ContentType!.Contains("merge-patch", StringComparison.Ordinal):
                await WriteAsync(context, 200, writes.Merge(kind, inside, one, await BodyAsync(context), Manager(context), dryRun));
                return;
            case ("DELETE", { } one):
                var options = await BodyAsync(context);
                var policy = (string?)options["propagationPolicy"] ?? query["propagationPolicy"].ToString();
                await WriteAsync(context, 200, Store.Delete(kind, inside, one, (string?)options["preconditions"]?["uid"], policy == "Foreground", dryRun));
                return;
            default:
                throw new ApiFailure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        }
    }

    private JsonObject List(KindEntry kind, string? inside, IQueryCollection query)
    {
        var (items, version) = Store.ListAt(kind, inside);
        var all = items.Where(item => Selectors.Fit(query, item)).ToList();
        var skip = int.TryParse(query["continue"], CultureInfo.InvariantCulture, out var from) ? from : 0;
        var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var most) && most > 0 ? most : int.MaxValue;
        var page = all.Skip(skip).Take(limit).ToArray();
        foreach (var item in page.Where(_ => !kind.IsCustom))
        {
            // Items of built-in lists do not say again what the list says.
            item.Remove("apiVersion");
            item.Remove("kind");
        }

        var metadata = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (skip + page.Length < all.Count)
        {
            metadata["continue"] = (skip + page.Length).ToString(CultureInfo.InvariantCulture);
        }

        return new JsonObject { ["kind"] = kind.Kind + "List", ["apiVersion"] = kind.ApiVersion, ["metadata"] = metadata, ["items"] = new JsonArray([.. page]) };
    }

    private static string Manager(HttpContext context) => context.Request.Query["fieldManager"] is [{ Length: > 0 } manager] ? manager : context.Request.Headers.UserAgent.ToString().Split('/')[0];

    private static async Task<JsonObject> BodyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var text = await reader.ReadToEndAsync();
        if (text.Length == 0)
        {
            return [];
        }

        // kubectl sends YAML where the type says so.
        return text.TrimStart().StartsWith('{')
            ? JsonNode.Parse(text)!.AsObject()
            : JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(text)!))!.AsObject();
    }
}
