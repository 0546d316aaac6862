namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>An environment variable of a container.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null when it is not in the manifests.</param>
/// <param name="Node">Where it stands.</param>
/// <param name="Origin">What that is, for people.</param>
internal sealed record Variable(string Name, string? Value, ManifestNode Node, string Origin)
{
    /// <summary>The variables of a container; those that come from a ConfigMap or Secret stand there, when it is among the objects.</summary>
    public static IEnumerable<Variable> Of(Container container, string space, CheckScope scope)
    {
        foreach (var source in container.Node["envFrom"].Items)
        {
            var prefix = source["prefix"].Text ?? "";
            var data = scope.Find("ConfigMap", space, source["configMapRef"]["name"].Text) ?? scope.Find("Secret", space, source["secretRef"]["name"].Text);
            if (data is { } there)
            {
                foreach (var (name, text, node) in DataObject.Entries(there))
                {
                    yield return new Variable(prefix + name, text, node, there.Document.Manifest.Kind);
                }
            }
        }

        foreach (var variable in container.Node["env"].Items)
        {
            if (variable["name"].Text is not { } name)
            {
                continue;
            }

            var value = variable["value"].Text ?? Referenced(variable["valueFrom"]["configMapKeyRef"], "ConfigMap", space, scope) ?? Referenced(variable["valueFrom"]["secretKeyRef"], "Secret", space, scope);
            yield return new Variable(name, value, variable, "environment");
        }
    }

    private static string? Referenced(ManifestNode reference, string kind, string space, CheckScope scope) =>
        scope.Find(kind, space, reference["name"].Text) is { } data
            ? DataObject.Entries(data).FirstOrDefault(entry => entry.Name == reference["key"].Text).Text
            : null;
}
