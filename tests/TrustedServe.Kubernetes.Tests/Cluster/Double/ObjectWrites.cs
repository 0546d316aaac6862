using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>Writes objects as a server does: creation, replacement, merge patch and server-side apply, each with its ownership of fields and its refusals.</summary>
internal sealed class ObjectWrites(ObjectStore store)
{
    public JsonObject Create(KindEntry kind, string? inside, JsonObject content, string manager, bool dryRun)
    {
        var name = (string)content["metadata"]!["name"]!;
        return store.Write(kind, inside, name, dryRun, live =>
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

    public JsonObject Replace(KindEntry kind, string? inside, string name, JsonObject content, string manager, bool dryRun) => store.Write(kind, inside, name, dryRun, live =>
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

    public JsonObject Merge(KindEntry kind, string? inside, string name, JsonObject patch, string manager, bool dryRun) =>
        Replace(kind, inside, name, Patched(store.Find(kind, inside, name) ?? throw ApiFailure.NotFound(kind, name), patch), manager, dryRun);

    public (JsonObject Object, bool IsNew) Apply(KindEntry kind, string? inside, string name, JsonObject config, string manager, bool force, bool dryRun)
    {
        if ((string?)config["apiVersion"] != kind.ApiVersion || (string?)config["kind"] != kind.Kind || (string?)config["metadata"]?["name"] != name || config["metadata"]!["managedFields"] is not null)
        {
            throw new ApiFailure(400, "BadRequest", "the object in the body is not the one in the path, or has managedFields");
        }

        return store.Write(kind, inside, name, dryRun, live =>
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

    /// <summary>Writes an object as somebody else would.</summary>
    public JsonObject Put(string kind, string? @namespace, string name, JsonObject content, string manager, string subresource)
    {
        var entry = KindEntry.All.First(item => item.Kind == kind);
        return store.Write(entry, @namespace, name, dryRun: false, live =>
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
    public void Edit(string kind, string? @namespace, string name, Action<JsonObject> change, string manager)
    {
        var entry = KindEntry.All.First(item => item.Kind == kind);
        store.Write(entry, @namespace, name, dryRun: false, live =>
        {
            var next = (JsonObject)live!.DeepClone();
            change(next);
            ServerSideApply.Update(entry, live, next, manager, "", ObjectStore.Now());
            return next;
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
}
