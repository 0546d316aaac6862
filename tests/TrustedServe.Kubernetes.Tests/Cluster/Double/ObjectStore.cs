using System.Globalization;
using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>The objects of the double: versions, generations, finalizers, owners, and the changes for watches.</summary>
internal sealed class ObjectStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Plural, string Group, string Namespace, string Name), JsonObject> objects = [];
    private readonly List<StoreEvent> history = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long version = 100;
    private long compacted;

    /// <summary>Called, under no lock, after every change: where controllers work.</summary>
    public Action<StoreEvent>? Changed { get; set; }

    public long Version
    {
        get
        {
            lock (gate)
            {
                return version;
            }
        }
    }

    /// <summary>Forgets what was before: whoever watches from there must list again.</summary>
    public void Compact()
    {
        lock (gate)
        {
            version++;
            compacted = version;
            history.Clear();
        }
    }

    /// <summary>The changes after a version and a task that ends with the next one; null when they are forgotten.</summary>
    public (IReadOnlyList<StoreEvent> Events, Task Next)? After(long since)
    {
        lock (gate)
        {
            return since < compacted ? null : ([.. history.Where(entry => entry.Version > since)], changed.Task);
        }
    }

    public JsonObject? Find(KindEntry kind, string? @namespace, string name)
    {
        lock (gate)
        {
            return (JsonObject?)objects.GetValueOrDefault(Id(kind, @namespace, name))?.DeepClone();
        }
    }

    public JsonObject? Find(string kind, string? @namespace, string name) => Find(KindEntry.All.First(entry => entry.Kind == kind), @namespace, name);

    public IReadOnlyList<JsonObject> List(KindEntry kind, string? @namespace) => ListAt(kind, @namespace).Items;

    /// <summary>The objects and the version at which they were so: whoever watches from there misses nothing.</summary>
    public (IReadOnlyList<JsonObject> Items, long Version) ListAt(KindEntry kind, string? @namespace)
    {
        lock (gate)
        {
            return ([.. objects.Where(entry => entry.Key.Plural == kind.Plural && entry.Key.Group == kind.Group && (@namespace is null || entry.Key.Namespace == @namespace)).OrderBy(entry => (entry.Key.Namespace, entry.Key.Name)).Select(entry => (JsonObject)entry.Value.DeepClone())], version);
        }
    }

    /// <summary>Writes what <paramref name="next"/> makes of the present object, if that differs.</summary>
    public (JsonObject Object, bool IsNew) Write(KindEntry kind, string? @namespace, string name, bool dryRun, Func<JsonObject?, JsonObject> next)
    {
        StoreEvent? written;
        JsonObject result;
        bool isNew;
        lock (gate)
        {
            var id = Id(kind, @namespace, name);
            var live = objects.GetValueOrDefault(id);
            if (live is null && kind.IsNamespaced)
            {
                var place = objects.GetValueOrDefault(("namespaces", "", "", @namespace!)) ?? throw ApiFailure.NotFound(KindEntry.All[0], @namespace!);
                if (place["metadata"]!["deletionTimestamp"] is not null)
                {
                    throw new ApiFailure(403, "Forbidden", $"{kind.Plural} \"{name}\" is forbidden: unable to create new content in namespace {@namespace} because it is being terminated");
                }
            }

            result = next((JsonObject?)live?.DeepClone());
            isNew = live is null;
            var metadata = (JsonObject)result["metadata"]!;
            metadata["uid"] = live?["metadata"]!["uid"]!.DeepClone() ?? Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = live?["metadata"]!["creationTimestamp"]!.DeepClone() ?? Now();
            metadata["resourceVersion"] = live?["metadata"]!["resourceVersion"]!.DeepClone();
            metadata["generation"] = live is null ? 1 : (long)live["metadata"]!["generation"]! + (JsonNode.DeepEquals(Specification(live), Specification(result)) ? 0 : 1);
            result = JsonNode.Parse(result.ToJsonString())!.AsObject(); // as it came over the wire, whoever made it
            if (live is not null && JsonNode.DeepEquals(live, result))
            {
                return (result, false); // nothing changed: no new version
            }

            result["metadata"]!["resourceVersion"] = (dryRun ? version : ++version).ToString(CultureInfo.InvariantCulture);
            if (dryRun)
            {
                return (result, isNew);
            }

            objects[id] = (JsonObject)result.DeepClone();
            written = Record(live is null ? "ADDED" : "MODIFIED", kind, objects[id]);
        }

        Changed?.Invoke(written);
        return (result, isNew);
    }

    /// <summary>Begins to delete: an object with finalizers, or one that waits for what it owns, stays until nothing holds it.</summary>
    public JsonObject Delete(KindEntry kind, string? @namespace, string name, string? uid, bool foreground, bool dryRun)
    {
        StoreEvent? written;
        lock (gate)
        {
            var id = Id(kind, @namespace, name);
            var live = objects.GetValueOrDefault(id) ?? throw ApiFailure.NotFound(kind, name);
            if (uid is not null && uid != (string)live["metadata"]!["uid"]!)
            {
                throw new ApiFailure(409, "Conflict", $"Operation cannot be fulfilled on {kind.Plural} \"{name}\": Precondition failed: UID in precondition: {uid}, UID in object meta: {live["metadata"]!["uid"]}");
            }

            if (dryRun)
            {
                return (JsonObject)live.DeepClone();
            }

            live = (JsonObject)live.DeepClone();
            var metadata = (JsonObject)live["metadata"]!;
            metadata["deletionTimestamp"] ??= Now();
            metadata["deletionGracePeriodSeconds"] ??= 0;
            if (foreground)
            {
                if (metadata["finalizers"] is not JsonArray finalizers)
                {
                    metadata["finalizers"] = finalizers = [];
                }

                if (!finalizers.Any(item => (string?)item == "foregroundDeletion"))
                {
                    finalizers.Add("foregroundDeletion");
                }
            }

            if (kind.Kind == "Namespace")
            {
                live["spec"] ??= new JsonObject();
                live["spec"]!["finalizers"] ??= new JsonArray("kubernetes");
                live["status"] = new JsonObject { ["phase"] = "Terminating" };
            }

            metadata["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
            objects[id] = live;
            written = Record("MODIFIED", kind, live);
        }

        Changed?.Invoke(written);
        return (JsonObject)written.Object.DeepClone();
    }

    /// <summary>What the garbage collector and the namespace controller would do now; false when there was nothing to do.</summary>
    public bool Collect()
    {
        List<StoreEvent> written = [];
        lock (gate)
        {
            foreach (var (id, live) in objects.ToList())
            {
                var kind = KindEntry.All.First(entry => entry.Plural == id.Plural && entry.Group == id.Group);
                var metadata = live["metadata"]!;
                var finalizers = (metadata["finalizers"] as JsonArray ?? []).Select(item => (string)item!).Where(item => item != "foregroundDeletion").ToList();
                var owned = objects.Where(other => Owners(other.Value).Contains((string)metadata["uid"]!)).ToList();
                if (metadata["deletionTimestamp"] is null)
                {
                    var owners = Owners(live).ToList();
                    if (owners.Count > 0 && !objects.Values.Any(other => owners.Contains((string)other["metadata"]!["uid"]!)))
                    {
                        written.Add(Remove(id, kind));
                    }

                    continue;
                }

                var inside = kind.Kind == "Namespace" ? objects.Where(other => other.Key.Namespace == id.Name).ToList() : [];
                foreach (var other in owned.Concat(inside).Where(other => objects.ContainsKey(other.Key) && other.Value["metadata"]!["deletionTimestamp"] is null))
                {
                    var otherKind = KindEntry.All.First(entry => entry.Plural == other.Key.Plural && entry.Group == other.Key.Group);
                    var marked = (JsonObject)other.Value.DeepClone();
                    marked["metadata"]!["deletionTimestamp"] = Now();
                    marked["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
                    objects[other.Key] = marked;
                    written.Add(Record("MODIFIED", otherKind, marked));
                }

                if (finalizers.Count == 0 && owned.Count == 0 && inside.Count == 0)
                {
                    written.Add(Remove(id, kind));
                }
            }
        }

        foreach (var entry in written)
        {
            Changed?.Invoke(entry);
        }

        return written.Count > 0;
    }

    public static string Now() => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private StoreEvent Remove((string Plural, string Group, string Namespace, string Name) id, KindEntry kind)
    {
        objects.Remove(id, out var live);
        var last = (JsonObject)live!.DeepClone();
        last["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
        return Record("DELETED", kind, last);
    }

    private static IEnumerable<string> Owners(JsonObject live) => (live["metadata"]!["ownerReferences"] as JsonArray ?? []).Select(owner => (string)owner!["uid"]!);

    private static JsonObject Specification(JsonObject live)
    {
        var copy = (JsonObject)live.DeepClone();
        copy.Remove("metadata");
        copy.Remove("status");
        return copy;
    }

    private static (string, string, string, string) Id(KindEntry kind, string? @namespace, string name) => (kind.Plural, kind.Group, kind.IsNamespaced ? @namespace ?? "" : "", name);

    private StoreEvent Record(string type, KindEntry kind, JsonObject live)
    {
        var entry = new StoreEvent(version, type, kind, (JsonObject)live.DeepClone());
        history.Add(entry);
        var before = changed;
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.SetResult();
        return entry;
    }
}
