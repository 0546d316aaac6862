using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Kubernetes.Images;

/// <summary>The bill of materials as SPDX 2.3 JSON: the same parts, the same bytes.</summary>
public static class Sbom
{
    private const string RuntimePack = "runtimepack.";
    private const string Sha512Prefix = "sha512-";

    /// <summary>The NuGet packages that a published program names in its <c>.deps.json</c>, the runtime included.</summary>
    public static IEnumerable<SbomPackage> NuGetPackages(string depsFile)
    {
        var libraries = JsonNode.Parse(File.ReadAllBytes(depsFile))!["libraries"]!.AsObject();
        foreach (var (key, library) in libraries)
        {
            var (name, version) = key.Split('/') is [var left, var right] ? (left, right) : (key, "");
            var type = (string?)library!["type"];
            if (type is "package" or "runtimepack")
            {
                var sha512 = (string?)library["sha512"] ?? "";
                yield return SbomPackage.OfNuGet(
                    name.StartsWith(RuntimePack, StringComparison.Ordinal) ? name[RuntimePack.Length..] : name,
                    version,
                    sha512.StartsWith(Sha512Prefix, StringComparison.Ordinal) ? sha512[Sha512Prefix.Length..] : "");
            }
        }
    }

    /// <summary>Writes it.</summary>
    /// <param name="version">Version of the image.</param>
    /// <param name="packages">Its parts, in any order, doubles allowed.</param>
    public static byte[] Write(string version, IEnumerable<SbomPackage> packages)
    {
        var parts = packages.DistinctBy(package => package.Purl).OrderBy(package => package.Purl, StringComparer.Ordinal).ToList();
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts.Select(part => $"{part.Purl} {part.Checksum}")))));
        const string image = "SPDXRef-image";
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                spdxVersion = "SPDX-2.3",
                dataLicense = "CC0-1.0",
                SPDXID = "SPDXRef-DOCUMENT",
                name = $"trustedserve-{version}",
                documentNamespace = $"https://trustedserve.invalid/sbom/{version}/{digest}",

                // The same parts must give the same image: when this one was made does not count.
                creationInfo = new { created = "1970-01-01T00:00:00Z", creators = new[] { $"Tool: trustedserve-{version}" } },
                packages = parts.Select((part, number) => Package(Id(number), part.Name, part.Version, "NOASSERTION", part)).Prepend(Package(image, "trustedserve", version, "Apache-2.0", null)),
                relationships = parts
                    .Select((_, number) => new { spdxElementId = image, relationshipType = "CONTAINS", relatedSpdxElement = Id(number) })
                    .Prepend(new { spdxElementId = "SPDXRef-DOCUMENT", relationshipType = "DESCRIBES", relatedSpdxElement = image }),
            },
            AsNamed);
    }

    // SPDX has names such as SPDXID, which must stay as they are.
    private static readonly JsonSerializerOptions AsNamed = new(StrictJson.Indented) { PropertyNamingPolicy = null };

    private static string Id(int number) => $"SPDXRef-package-{number + 1}";

    private static object Package(string id, string name, string version, string licence, SbomPackage? part) => new
    {
        name,
        SPDXID = id,
        versionInfo = version,
        downloadLocation = "NOASSERTION",
        filesAnalyzed = false,
        licenseConcluded = licence,
        licenseDeclared = licence,
        copyrightText = "NOASSERTION",
        checksums = part?.Algorithm is { } algorithm ? new[] { new { algorithm, checksumValue = part.Checksum } } : null,
        externalRefs = part is null ? null : new[] { new { referenceCategory = "PACKAGE-MANAGER", referenceType = "purl", referenceLocator = part.Purl } },
    };
}
