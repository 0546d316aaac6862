using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Guest;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether decrypted weights have memory of the guest to lie in, bounded and counted in its size.</summary>
internal static class MemoryVolumeCheck
{
    private const string WeightsDirectory = "Worker:WeightsDirectory";
    private const string DefaultWeightsDirectory = "/dev/shm";

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Confidential.SelectMany(workload => Of(workload, scope));

    private static IEnumerable<Finding> Of(Workload workload, CheckScope scope)
    {
        decimal total = 0;
        var inMemory = new HashSet<string?>();
        foreach (var volume in workload.Spec["volumes"].Items.Where(volume => volume["emptyDir"].Exists))
        {
            var (emptyDir, name) = (volume["emptyDir"], volume["name"].Text);
            if (emptyDir["medium"].Text != "Memory")
            {
                yield return emptyDir.Found(CheckCodes.ScratchOnDisk, $"volume '{name}' is an emptyDir {(emptyDir["medium"].Text is { Length: > 0 } medium ? $"on {medium}" : "without medium: Memory")}");
                continue;
            }

            inMemory.Add(name);
            if (Quantity.Of(emptyDir["sizeLimit"]) is { } size)
            {
                total += size;
            }
            else
            {
                yield return emptyDir.Found(CheckCodes.MemoryVolumeUnbounded, $"volume '{name}' has no sizeLimit");
            }
        }

        if (Missing(workload, scope, inMemory) is { } missing)
        {
            yield return workload.Spec["volumes"].Found(CheckCodes.WeightsNotInMemory, missing);
        }

        var limits = GuestSize.Limits(workload, "memory");
        if (limits > 0 && total >= limits)
        {
            yield return workload.Spec["volumes"].Found(CheckCodes.MemoryVolumeNotCounted, $"{Quantity.Mebibytes(total)} of memory-backed volumes, {Quantity.Mebibytes(limits)} of limits");
        }
    }

    /// <summary>Of this project's programs the directory is known; of others only that there must be one.</summary>
    private static string? Missing(Workload workload, CheckScope scope, HashSet<string?> inMemory)
    {
        if (!Settings.AreOurs(workload, scope))
        {
            return inMemory.Count > 0 ? null : "the pod has no emptyDir with medium: Memory";
        }

        var directory = Settings.Effective(workload, scope, WeightsDirectory) ?? DefaultWeightsDirectory;
        return workload.Containers.SelectMany(container => container.Node["volumeMounts"].Items).Any(mount =>
            inMemory.Contains(mount["name"].Text) && mount["mountPath"].Text is { } root && (directory.TrimEnd('/') + "/").StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
            ? null
            : $"{WeightsDirectory} is '{directory}', and no memory-backed volume is mounted there";
    }
}
