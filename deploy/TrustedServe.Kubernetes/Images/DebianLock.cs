using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Kubernetes.Images;

/// <summary>The list of pinned packages, <c>deploy/container/debian.lock.json</c>.</summary>
public static partial class DebianLock
{
    private const int MaxBytes = 64 << 10;

    /// <summary>Reads it.</summary>
    /// <exception cref="TsfException">TSF7061 when it is no such list.</exception>
    public static IReadOnlyList<DebianPackage> Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw TsfErrors.InvalidPackageLock.With($"It has {utf8.Length} bytes; at most {MaxBytes} are read.");
        }

        try
        {
            var packages = JsonSerializer.Deserialize<IReadOnlyList<DebianPackage>>(utf8, StrictJson.Compact) ?? [];
            foreach (var package in packages)
            {
                // Names and versions become arguments and file names.
                if (package is null || !Name().IsMatch(package.Name) || !Version().IsMatch(package.Version) || package.Architecture is not ("amd64" or "all") || !Sha256().IsMatch(package.Sha256))
                {
                    throw TsfErrors.InvalidPackageLock.With($"'{package?.Name}' needs a name and a version as Debian has them, the architecture amd64 or all, and 64 lower-case digits of SHA-256.");
                }
            }

            return packages.Count > 0 && packages.DistinctBy(package => package.Name).Count() == packages.Count
                ? packages
                : throw TsfErrors.InvalidPackageLock.With("It is empty, or names a package twice.");
        }
        catch (JsonException exception)
        {
            throw TsfErrors.InvalidPackageLock.With(exception.Message, exception);
        }
    }

    /// <summary>Writes it.</summary>
    public static string Format(IEnumerable<DebianPackage> packages) => "[\n" + string.Join(",\n", packages
        .Select(package => "  " + JsonSerializer.Serialize(new { package.Name, package.Version, package.Architecture, package.Sha256 }, StrictJson.Compact))) + "\n]\n";

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]{1,99}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[0-9][A-Za-z0-9.+:~-]{0,99}\z")]
    private static partial Regex Version();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256();
}
