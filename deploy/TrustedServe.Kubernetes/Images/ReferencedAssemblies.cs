using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Kubernetes.Images;

/// <summary>Takes out of a published program the libraries to which no reference leads from it.</summary>
/// <remarks>
/// With its runtime a program is published with all that any program might call: pages, other systems' web servers, even their native
/// libraries. Where the guest fetches the image itself, each start waits for every byte of it, and all of it has to be trusted.
/// What code would load by a name in a string is not found here: it must be referred to as well.
/// </remarks>
internal static class ReferencedAssemblies
{
    /// <summary>Deletes the <c>.dll</c> files that are no assembly or that no chain of references reaches, and their lines in <c>{program}.deps.json</c>.</summary>
    /// <param name="folder">Where it was published.</param>
    /// <param name="program">Name of its own assembly, without an ending.</param>
    public static void Keep(string folder, string program)
    {
        var kept = Reached(folder, program);
        var gone = Directory.EnumerateFiles(folder, "*.dll").Select(file => Path.GetFileName(file)).Where(file => !kept.Contains(file)).ToHashSet(StringComparer.Ordinal);
        foreach (var file in gone)
        {
            File.Delete(Path.Combine(folder, file));
        }

        // The runtime's host refuses to start when a file that is listed is absent.
        var list = Path.Combine(folder, program + ".deps.json");
        var document = JsonNode.Parse(File.ReadAllBytes(list))!;
        foreach (var library in document["targets"]!.AsObject().SelectMany(target => target.Value!.AsObject()))
        {
            if (library.Value!["runtime"] is JsonObject files)
            {
                foreach (var path in files.Select(file => file.Key).Where(path => gone.Contains(Path.GetFileName(path))).ToList())
                {
                    files.Remove(path);
                }
            }
        }

        File.WriteAllBytes(list, JsonSerializer.SerializeToUtf8Bytes(document, StrictJson.Indented));
    }

    private static HashSet<string> Reached(string folder, string program)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([program + ".dll"]);
        while (open.TryPop(out var file))
        {
            if (File.Exists(Path.Combine(folder, file)) && reached.Add(file))
            {
                foreach (var reference in References(Path.Combine(folder, file)))
                {
                    open.Push(reference + ".dll");
                }
            }
        }

        return reached;
    }

    private static IEnumerable<string> References(string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
