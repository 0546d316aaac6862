using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Isolation;

/// <summary>Whether images are named by digest.</summary>
internal static partial class ImageCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) =>
        from workload in scope.Workloads
        from container in workload.Containers
        let image = container.Node["image"]
        where image.Text is not { } text || !Pinned().IsMatch(text)
        select image.Found(CheckCodes.MutableImage, image.Exists ? $"'{image.Text}'" : $"container '{container.Name}' has no image");

    [GeneratedRegex(@"@sha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pinned();
}
