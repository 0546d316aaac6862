using System.Security.Cryptography;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Images;

/// <summary>
/// Gets pinned packages with apt-get, into a folder where they stay, and unpacks them. Lists of its own are used, so neither root
/// nor a change of the machine is needed; what comes is believed by its digest alone.
/// </summary>
/// <param name="folder">Where packages and lists are kept from one build to the next.</param>
public sealed class DebianPackages(string folder)
{
    private const string Lists = "lists";

    /// <summary>Gets those that are not there yet.</summary>
    /// <exception cref="TsfException">TSF7060 when apt-get cannot get one, TSF7062 when one is not what was pinned.</exception>
    public async Task FetchAsync(IReadOnlyList<DebianPackage> packages, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var missing = packages.Where(package => !File.Exists(Path.Combine(folder, package.FileName))).ToList();
        if (missing.Count > 0)
        {
            await AptAsync(["update"], cancellationToken);
            await AptAsync(["download", .. missing.Select(package => $"{package.Name}={package.Version}")], cancellationToken);
        }

        foreach (var package in packages)
        {
            var seen = Digest(package.FileName);
            if (seen != package.Sha256)
            {
                File.Delete(Path.Combine(folder, package.FileName));
                throw TsfErrors.PackageMismatch.With($"{package.FileName} has the SHA-256 {seen}; {package.Sha256} is pinned. The file was deleted.");
            }
        }
    }

    /// <summary>Gets the newest of each and pins it.</summary>
    public async Task<IReadOnlyList<DebianPackage>> RefreshAsync(IReadOnlyList<DebianPackage> packages, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await AptAsync(["update"], cancellationToken);
        var refreshed = new List<DebianPackage>();
        foreach (var package in packages)
        {
            var newest = (await AptAsync(["--print-uris", "download", package.Name], cancellationToken)).Split(' ')[1];
            await AptAsync(["download", package.Name], cancellationToken);
            var fields = await Tool.RunAsync("dpkg-deb", ["-W", "--showformat=${Version} ${Architecture}", newest], folder, cancellationToken);
            refreshed.Add(new(package.Name, fields.Split(' ')[0], fields.Split(' ')[1], Digest(newest)));
        }

        return refreshed;
    }

    /// <summary>Unpacks all into one folder.</summary>
    public async Task UnpackAsync(IReadOnlyList<DebianPackage> packages, string into, CancellationToken cancellationToken)
    {
        foreach (var package in packages)
        {
            await Tool.RunAsync("dpkg-deb", ["-x", package.FileName, into], folder, cancellationToken);
        }
    }

    private Task<string> AptAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(folder, Lists, "partial"));
        return Tool.RunAsync(
            "apt-get",
            [
                .. arguments, "-q", "-o", $"Dir::State::lists={Path.Combine(folder, Lists)}", "-o", $"Dir::Cache={Path.Combine(folder, "cache")}",
                "-o", "Debug::NoLocking=true", "-o", "APT::Sandbox::User=root",
            ],
            folder,
            cancellationToken);
    }

    private string Digest(string file)
    {
        using var stream = File.OpenRead(Path.Combine(folder, file));
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
