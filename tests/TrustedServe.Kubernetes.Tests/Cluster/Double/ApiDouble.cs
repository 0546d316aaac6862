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
    private readonly ConcurrentDictionary<Guid, HttpContext> watches = new();

    private ApiDouble(WebApplication application) => this.application = application;

    public Uri Address => new(application.Urls.First());

    public ObjectStore Store { get; } = new();

    public Controllers Controllers { get; private set; } = null!;

    public Faults Faults { get; } = new();

    /// <summary>What a pod answers at a port: status and body.</summary>
    public ConcurrentDictionary<string, Func<string, (int Status, string Body)>> Pods { get; } = new();

    /// <summary>Method, path and query of every request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>How many watches were opened.</summary>
    public int WatchesOpened { get; private set; }

    /// <summary>The token that is demanded; null for none.</summary>
    public string? Token { get; set; }

    /// <summary>Whether a version that is too old is told by the status of the answer, or by an event in it; servers do both.</summary>
    public bool IsGoneByStatus { get; set; }

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
    public JsonObject Put(string kind, string? @namespace, string name, JsonObject content, string manager = "somebody", string subresource = "")
    {
        var entry = KindEntry.All.First(item => item.Kind == kind);
        return Store.Write(entry, @namespace, name, dryRun: false, live =>
        {
            var next = (JsonObject)(live ?? []).DeepClone();
            foreach (var (member, value) in content.ToList())
            {
                next[member] = value?.DeepClone();
            }

            Identify(entry, next, @namespace, name);
            if (content["metadata"] is not null && live is not null)
            {
                foreach (var member in (string[])["uid", "creationTimestamp", "managedFields", "labels", "finalizers"])
                {
                    next["metadata"]![member] ??= live["metadata"]![member]?.DeepClone();
                }
            }

            Defaults.Set(entry, next);
            ServerSideApply.Update(entry, live, next, manager, subresource, ObjectStore.Now());
            return next;
        }).Object;
    }

    /// <summary>Changes an object as somebody else would.</summary>
    public void Edit(string kind, string? @namespace, string name, Action<JsonObject> change, string manager = "somebody")
    {
        var entry = KindEntry.All.First(item => item.Kind == kind);
        Store.Write(entry, @namespace, name, dryRun: false, live =>
        {
            var next = (JsonObject)live!.DeepClone();
            change(next);
            ServerSideApply.Update(entry, live, next, manager, "", ObjectStore.Now());
            return next;
        });
    }

    /// <summary>Breaks every watch that is open.</summary>
    public void CutWatches()
    {
        foreach (var watch in watches.Values)
        {
            watch.Abort();
        }
    }

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
                await WatchAsync(context, kind, inside);
                return;
            case ("GET", null):
                await WriteAsync(context, 200, List(kind, inside, query));
                return;
            case ("GET", { } one):
                await WriteAsync(context, 200, Store.Find(kind, inside, one) ?? throw ApiFailure.NotFound(kind, one));
                return;
            case ("POST", null):
                await WriteAsync(context, 201, Create(kind, inside, await BodyAsync(context), Manager(context), dryRun));
                return;
            case ("PUT", { } one):
                await WriteAsync(context, 200, Replace(kind, inside, one, await BodyAsync(context), Manager(context), dryRun));
                return;
            case ("PATCH", { } one) when context.Request.ContentType!.StartsWith("application/apply-patch", StringComparison.Ordinal):
                var (applied, isNew) = Apply(kind, inside, one, await BodyAsync(context), Manager(context), query["force"] == "true", dryRun);
                await WriteAsync(context, isNew ? 201 : 200, applied);
                return;
            case ("PATCH", { } one) when context.Request.ContentType!.Contains("merge-patch", StringComparison.Ordinal):
                var patch = await BodyAsync(context);
                await WriteAsync(context, 200, Replace(kind, inside, one, Patched(Store.Find(kind, inside, one) ?? throw ApiFailure.NotFound(kind, one), patch), Manager(context), dryRun));
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

    private JsonObject Create(KindEntry kind, string? inside, JsonObject content, string manager, bool dryRun)
    {
        var name = (string)content["metadata"]!["name"]!;
        return Store.Write(kind, inside, name, dryRun, live =>
        {
            if (live is not null)
            {
                throw new ApiFailure(409, "AlreadyExists", $"{kind.Plural} \"{name}\" already exists");
            }

            Identify(kind, content, inside, name);
            Defaults.Set(kind, content);
            ServerSideApply.Update(kind, null, content, manager, "", ObjectStore.Now());
            return content;
        }).Object;
    }

    private JsonObject Replace(KindEntry kind, string? inside, string name, JsonObject content, string manager, bool dryRun) => Store.Write(kind, inside, name, dryRun, live =>
    {
        RefuseOtherVersion(kind, name, live ?? throw ApiFailure.NotFound(kind, name), content);
        Identify(kind, content, inside, name);
        content["metadata"]!["managedFields"] = live["metadata"]!["managedFields"]?.DeepClone();
        content["status"] = live["status"]?.DeepClone();
        if (content["status"] is null)
        {
            content.Remove("status");
        }

        if (live["metadata"]!["deletionTimestamp"] is { } deleted)
        {
            content["metadata"]!["deletionTimestamp"] = deleted.DeepClone();
        }

        Defaults.Set(kind, content);
        ServerSideApply.Update(kind, live, content, manager, "", ObjectStore.Now());
        return content;
    }).Object;

    private (JsonObject Object, bool IsNew) Apply(KindEntry kind, string? inside, string name, JsonObject config, string manager, bool force, bool dryRun)
    {
        if ((string?)config["apiVersion"] != kind.ApiVersion || (string?)config["kind"] != kind.Kind || (string?)config["metadata"]?["name"] != name || config["metadata"]!["managedFields"] is not null)
        {
            throw new ApiFailure(400, "BadRequest", "the object in the body is not the one in the path, or has managedFields");
        }

        return Store.Write(kind, inside, name, dryRun, live =>
        {
            if (live is not null)
            {
                RefuseOtherVersion(kind, name, live, config);
            }

            var outcome = ServerSideApply.Apply(kind, live, config, manager, force, ObjectStore.Now());
            if (outcome.Object is not { } result)
            {
                throw Conflict(kind, outcome.Conflicts);
            }

            Identify(kind, result, inside, name);
            Defaults.Set(kind, result);
            return result;
        });
    }

    private static ApiFailure Conflict(KindEntry kind, IReadOnlyList<(ServerSideApply.Owner Owner, string[] Path)> conflicts)
    {
        var causes = conflicts.Select(conflict => (Text: $"conflict with \"{conflict.Owner.Manager}\"{(conflict.Owner.Operation == "Update" ? $" using {kind.ApiVersion}" : "")}", Field: FieldSet.Describe(conflict.Path))).ToList();
        return new ApiFailure(409, "Conflict", $"Apply failed with {causes.Count} conflict{(causes.Count == 1 ? "" : "s")}: {string.Join("\n", causes.Select(cause => $"{cause.Text}: {cause.Field}"))}", new JsonObject
        {
            ["causes"] = new JsonArray([.. causes.Select(cause => (JsonNode)new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = cause.Text, ["field"] = cause.Field })]),
        });
    }

    private static void RefuseOtherVersion(KindEntry kind, string name, JsonObject live, JsonObject content)
    {
        if (content["metadata"]?["resourceVersion"] is { } version && (string)version! != (string)live["metadata"]!["resourceVersion"]!)
        {
            throw new ApiFailure(409, "Conflict", $"Operation cannot be fulfilled on {kind.Plural} \"{name}\": the object has been modified; please apply your changes to the latest version and try again");
        }

        if (content["metadata"]?["uid"] is { } uid && (string)uid! != (string)live["metadata"]!["uid"]!)
        {
            throw new ApiFailure(409, "Conflict", $"Operation cannot be fulfilled on {kind.Plural} \"{name}\": uid mismatch");
        }
    }

    private JsonObject List(KindEntry kind, string? inside, IQueryCollection query)
    {
        var (items, version) = Store.ListAt(kind, inside);
        var all = items.Where(item => Selects(query, item)).ToList();
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

    private async Task WatchAsync(HttpContext context, KindEntry kind, string? inside)
    {
        var query = context.Request.Query;
        var since = long.Parse(query["resourceVersion"].ToString() is { Length: > 0 } text ? text : "0", CultureInfo.InvariantCulture);
        var end = Task.Delay(TimeSpan.FromSeconds(int.TryParse(query["timeoutSeconds"], CultureInfo.InvariantCulture, out var seconds) ? seconds : 300), context.RequestAborted);
        if (since == 0)
        {
            since = Store.Version;
        }

        if (Store.After(since) is null && IsGoneByStatus)
        {
            throw new ApiFailure(410, "Expired", $"too old resource version: {since}");
        }

        var id = Guid.NewGuid();
        watches[id] = context;
        WatchesOpened++;
        try
        {
            context.Response.ContentType = "application/json";
            await context.Response.StartAsync();
            while (!end.IsCompleted)
            {
                if (Store.After(since) is not { } news)
                {
                    await EventAsync(context, "ERROR", ApiFailure.Describe(410, "Expired", $"too old resource version: {since}"));
                    return;
                }

                foreach (var change in news.Events)
                {
                    since = change.Version;
                    if (change.Kind == kind && (inside is null || (string?)change.Object["metadata"]!["namespace"] == inside) && Selects(query, change.Object))
                    {
                        await EventAsync(context, change.Type, change.Object);
                    }
                }

                if (news.Events.Count > 0 && query["allowWatchBookmarks"] == "true")
                {
                    await EventAsync(context, "BOOKMARK", new JsonObject { ["kind"] = kind.Kind, ["apiVersion"] = kind.ApiVersion, ["metadata"] = new JsonObject { ["resourceVersion"] = since.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null } });
                }

                await Task.WhenAny(news.Next, end);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client left, or the watch was cut.
        }
        finally
        {
            watches.TryRemove(id, out _);
        }
    }

    private static async Task EventAsync(HttpContext context, string type, JsonObject live)
    {
        await context.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = live.DeepClone() }.ToJsonString() + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static bool Selects(IQueryCollection query, JsonObject item)
    {
        foreach (var term in query["fieldSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (term.Split('=', 2) is not ["metadata.name", var name] || (string?)item["metadata"]!["name"] != name)
            {
                return false;
            }
        }

        foreach (var term in query["labelSelector"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (term.Split('=', 2) is not [var label, var value] || (string?)item["metadata"]!["labels"]?[label] != value.TrimStart('='))
            {
                return false;
            }
        }

        return true;
    }

    private static JsonObject Patched(JsonObject live, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                live.Remove(name);
            }
            else if (value is JsonObject more && live[name] is JsonObject inner)
            {
                Patched(inner, more);
            }
            else
            {
                live[name] = value.DeepClone();
            }
        }

        return live;
    }

    private static void Identify(KindEntry kind, JsonObject content, string? inside, string name)
    {
        content["apiVersion"] = kind.ApiVersion;
        content["kind"] = kind.Kind;
        if (content["metadata"] is not JsonObject metadata)
        {
            content["metadata"] = metadata = [];
        }

        metadata["name"] = name;
        if (kind.IsNamespaced)
        {
            metadata["namespace"] = inside;
        }
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
