using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether a model's key lies where others than the attested guest can read it.</summary>
internal static partial class ModelKeyCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads
        .SelectMany(workload => workload.Containers.SelectMany(container => Beside(container, workload, scope)))
        .Concat(scope.OfKind("Secret").Concat(scope.OfKind("ConfigMap")).SelectMany(Stored));

    /// <summary>Paths that are named as the key's and as the model's, on one volume.</summary>
    private static IEnumerable<Finding> Beside(Container container, Workload workload, CheckScope scope)
    {
        var paths = NamedPath.Of(container, workload, scope).Select(path => (path.Name, path.Path, path.Node, Volume: Volume(container, path.Path))).Where(path => path.Volume is not null).ToList();
        foreach (var key in paths.Where(path => IsKey(path.Name, path.Path) && workload.Volume(path.Volume)?["emptyDir"]["medium"].Text != "Memory"))
        {
            if (paths.FirstOrDefault(path => path.Volume == key.Volume && !IsKey(path.Name, path.Path) && Models().IsMatch($"{path.Name} {path.Path}")) is { Name: not null } model)
            {
                yield return key.Node.Found(CheckCodes.KeyBesideModel, $"{key.Name} is {key.Path} and {model.Name} is {model.Path}, both on the volume '{key.Volume}'");
            }
        }
    }

    private static IEnumerable<Finding> Stored(ManifestNode data)
    {
        foreach (var (name, _, node) in DataObject.Entries(data))
        {
            // A key to a door (TLS, an account) is none of a model.
            if (ModelKeys().IsMatch(name) || (GenericKeys().IsMatch(name) && ModelKeys().IsMatch(data.Document.Manifest.Name)))
            {
                yield return node.Found(CheckCodes.KeyInObject, $"entry '{name}' of a {data.Document.Manifest.Kind}");
            }
        }
    }

    /// <summary>The volume that a path of a container lies on: the deepest mount above it counts.</summary>
    private static string? Volume(Container container, string path) => container.Node["volumeMounts"].Items
        .Where(mount => mount["mountPath"].Text is { } root && (path + "/").StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
        .OrderByDescending(mount => mount["mountPath"].Text!.Length)
        .Select(mount => mount["name"].Text)
        .FirstOrDefault();

    private static bool IsKey(string name, string path) => Keys().IsMatch(name) || path.EndsWith(".key", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("(^|[^a-z])key(s|file|path)?([^a-z]|$)|passphrase", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Keys();

    [GeneratedRegex("model|weights|checkpoint", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Models();

    [GeneratedRegex("(model|weights?|decrypt(ion)?|encrypt(ion)?|unseal)[-_.]?key|key[-_.]?record|(^|[-_.])(dek|kek)([-_.]|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ModelKeys();

    [GeneratedRegex("^(key|value|secret|data)$|[.]key$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex GenericKeys();
}
