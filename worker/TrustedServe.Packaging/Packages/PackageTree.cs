using TrustedServe.Packaging.Files;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Packages;

/// <summary>The files below a directory.</summary>
internal static class PackageTree
{
    // Far over what a manifest may list: the walk of a wrong directory ends early.
    private const int MaxEntries = 10_000;
    private const int MaxDepth = 16;

    /// <summary>All files by their paths with <c>/</c>; links are refused, not followed.</summary>
    public static IReadOnlySet<string> List(string directory)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        SafeFiles.Guard(directory, () => Walk(new DirectoryInfo(directory), string.Empty, 0, files));
        return files;
    }

    private static void Walk(DirectoryInfo directory, string prefix, int depth, SortedSet<string> files)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            var path = prefix + entry.Name;
            if (entry.LinkTarget is not null)
            {
                throw TsfErrors.NotARegularFile.With($"'{path}' in {directory.FullName} is a symbolic link.");
            }

            if (entry is DirectoryInfo child)
            {
                if (depth == MaxDepth)
                {
                    throw TsfErrors.UnexpectedFile.With($"'{path}' lies deeper than any package does.");
                }

                Walk(child, path + "/", depth + 1, files);
            }
            else if (!files.Add(path) || files.Count > MaxEntries)
            {
                throw TsfErrors.UnexpectedFile.With($"{directory.FullName} holds more than {MaxEntries} files.");
            }
        }
    }
}
