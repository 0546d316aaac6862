using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Hosting;

/// <summary>Finds the executables that the command line starts: beside it when published, in their build folders inside a clone.</summary>
internal static class Programs
{
    /// <summary>The front end.</summary>
    public static string Functions => Find("functions", "TrustedServe.Functions");

    /// <summary>The back end.</summary>
    public static string Worker => Find("worker", "TrustedServe.Worker");

    /// <summary>The embedded key broker.</summary>
    public static string KeyBroker => Find("deploy", "TrustedServe.KeyBroker");

    /// <summary>The top of the clone that this program was built in, or null when it was published elsewhere.</summary>
    public static string? Clone { get; } = FindClone();

    private static string Find(string folder, string project)
    {
        var published = Path.Combine(AppContext.BaseDirectory, "..", project, project + ".dll");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent?.Name ?? "Debug";
        var built = Clone is null ? published : Path.Combine(Clone, folder, project, "bin", configuration, "net10.0", project + ".dll");
        return File.Exists(built) ? built
            : File.Exists(published) ? Path.GetFullPath(published)
            : throw TsfErrors.MissingTool.With($"{project}.dll is neither at {built} nor at {published}; build the solution first.");
    }

    private static string? FindClone()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "TrustedServe.Functions.sln")))
            {
                return directory.FullName;
            }
        }

        return null;
    }
}
