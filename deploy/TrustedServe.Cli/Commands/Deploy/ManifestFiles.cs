using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>The manifests that a verb is given as files or as folders of them.</summary>
internal static class ManifestFiles
{
    private const long MaxLength = 16 << 20;

    /// <summary>The argument that names them.</summary>
    public const string Description = "Files with manifests, or folders whose .json files are read.";

    /// <summary>Reads all of them, folders in the order of their files' names.</summary>
    /// <exception cref="TsfException">TSF0010: none is named, or one has no object.</exception>
    public static IReadOnlyList<Manifest> Read(IEnumerable<string> paths)
    {
        var files = paths.SelectMany<string, string>(path => Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal)] : [path]).ToList();
        var manifests = files.SelectMany(Parse).ToList();
        return manifests.Count > 0 ? manifests : throw TsfErrors.Usage.With("No manifest was found: name at least one file or folder that holds one.");
    }

    private static IEnumerable<Manifest> Parse(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: > MaxLength } large)
        {
            throw TsfErrors.Usage.With($"{file} has {large.Length} bytes; at most {MaxLength} are read.");
        }

        try
        {
            var root = JsonNode.Parse(File.ReadAllBytes(file), documentOptions: new JsonDocumentOptions { MaxDepth = 64 })!.AsObject();
            var objects = (string?)root["kind"] == "List" ? root["items"]!.AsArray().Select(item => item!.DeepClone().AsObject()).ToList() : [root];
            return [.. objects.Select(content => new Manifest((string)content["apiVersion"]!, (string)content["kind"]!, (string?)content["metadata"]!["namespace"], (string)content["metadata"]!["name"]!, content))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException or NullReferenceException)
        {
            throw TsfErrors.Usage.With($"{file} is not a manifest in JSON with apiVersion, kind and metadata.name.", exception);
        }
    }
}
