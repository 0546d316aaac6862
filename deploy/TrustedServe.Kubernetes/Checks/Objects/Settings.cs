namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>The settings of front end and worker that manifests hold.</summary>
internal static class Settings
{
    /// <summary>Those of a container: environment and arguments.</summary>
    public static IEnumerable<Setting> Of(Container container, string space, CheckScope scope) => Variable.Of(container, space, scope)
        .Select(variable => Setting.FromVariable(variable.Name, variable.Value, variable.Node, variable.Origin))
        .OfType<Setting>()
        .Concat(Setting.FromWords([.. container.Words]));

    /// <summary>Those of a ConfigMap or Secret: entries that are variables, and files of settings.</summary>
    public static IEnumerable<Setting> InData(ManifestNode data)
    {
        var kind = data.Document.Manifest.Kind;
        foreach (var (name, text, node) in DataObject.Entries(data))
        {
            if (Setting.FromVariable(name, text, node, kind) is { } variable)
            {
                yield return variable;
            }

            foreach (var setting in DataObject.Flatten(text).Select(pair => Setting.FromDocument(pair.Key, pair.Value, node, $"{kind} entry '{name}'")).OfType<Setting>())
            {
                yield return setting;
            }
        }
    }

    /// <summary>The value of a setting for a workload, wherever it stands; null when it stands nowhere.</summary>
    public static string? Effective(Workload workload, CheckScope scope, string key)
    {
        var volumes = workload.Spec["volumes"].Items.ToList();
        var files = volumes.Select(volume => scope.Find("ConfigMap", workload.Namespace, volume["configMap"]["name"].Text))
            .Concat(volumes.Select(volume => scope.Find("Secret", workload.Namespace, volume["secret"]["secretName"].Text)))
            .OfType<ManifestNode>()
            .SelectMany(InData);
        return files.Concat(workload.Containers.SelectMany(container => Of(container, workload.Namespace, scope)))
            .LastOrDefault(setting => setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase))?.Value;
    }

    /// <summary>Whether a workload runs this project's programs.</summary>
    public static bool AreOurs(Workload workload, CheckScope scope) => workload.Containers.Any(container =>
        container.Node["image"].Text?.Contains("trustedserve", StringComparison.OrdinalIgnoreCase) == true
        || container.Words.Any(word => word.Text?.Contains("TrustedServe", StringComparison.OrdinalIgnoreCase) == true)
        || Of(container, workload.Namespace, scope).Any());
}
