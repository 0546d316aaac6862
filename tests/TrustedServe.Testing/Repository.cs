namespace TrustedServe.Testing;

/// <summary>Where things lie in the clone that the tests were built from.</summary>
public static class Repository
{
    private static readonly Lazy<string> FoundRoot = new(() =>
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "TrustedServe.Functions.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("The tests must run inside a clone: no TrustedServe.Functions.sln above " + AppContext.BaseDirectory);
    });

    /// <summary>The clone's top level.</summary>
    public static string Root => FoundRoot.Value;

    /// <summary>The sample models, made for this project.</summary>
    public static string Samples => Path.Combine(Root, "deploy", "samples");

    /// <summary>The folder of facts and third-party data beside the clone, or null where it is absent.</summary>
    public static string? Shared => Path.Combine(Root, "..", "shared") is var path && Directory.Exists(path) ? Path.GetFullPath(path) : null;

    /// <summary>The built executable (a .dll for <c>dotnet</c>) of a project: published beside this program, or of the same configuration in its own folder.</summary>
    public static string Executable(string folder, string project, string? assembly = null)
    {
        var published = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", project, (assembly ?? project) + ".dll"));
        if (File.Exists(published))
        {
            return published;
        }

        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        return Path.Combine(Root, folder, project, "bin", configuration, "net10.0", (assembly ?? project) + ".dll");
    }
}
