using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Images;

/// <summary>The base layer: of the unpacked packages exactly the libraries that the programs need, certificates, licences, names of users.</summary>
public static class RootFilesystem
{
    private const string Multiarch = "x86_64-linux-gnu";
    private const string Loader = "ld-linux-x86-64.so.2";

    /// <summary>The user that the image runs as.</summary>
    public const int User = 65532;

    // What .NET opens by name when it is used.
    private static readonly string[] OpenedByName = ["libssl.so.3", "libcrypto.so.3"];

    /// <summary>Makes the layer.</summary>
    /// <param name="unpacked">Folder with the unpacked packages.</param>
    /// <param name="programs">Folders of the programs.</param>
    /// <param name="scratch">Folder for files that are made here.</param>
    /// <exception cref="TsfException">TSF7063 when a library is in no package.</exception>
    public static ImageTree Create(string unpacked, IEnumerable<string> programs, string scratch)
    {
        var tree = new ImageTree();
        foreach (var (name, file) in Libraries(unpacked, programs))
        {
            // The kernel starts the loader for every program, and only if it may be executed.
            tree.AddFile(name == Loader ? $"usr/lib64/{name}" : $"usr/lib/{Multiarch}/{name}", file, executable: name == Loader);
        }

        tree.AddLink("lib", "usr/lib");
        tree.AddLink("lib64", "usr/lib64");
        foreach (var licence in Directory.EnumerateFiles(Path.Combine(unpacked, "usr", "share", "doc"), "copyright", SearchOption.AllDirectories))
        {
            tree.AddFile(Path.GetRelativePath(unpacked, licence), licence);
        }

        tree.AddFile("etc/ssl/certs/ca-certificates.crt", Certificates(unpacked, scratch));
        tree.AddLink("usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt");
        tree.AddLink("usr/lib/ssl/certs", "/etc/ssl/certs");
        Text("etc/passwd", $"root:x:0:0:root:/:/usr/sbin/nologin\nnonroot:x:{User}:{User}:nonroot:/nonexistent:/usr/sbin/nologin\n");
        Text("etc/group", $"root:x:0:\nnonroot:x:{User}:\n");
        Text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
        foreach (var mount in new[] { "dev", "proc", "sys", "run" })
        {
            tree.AddDirectory(mount);
        }

        const UnixFileMode all = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        tree.AddDirectory("tmp", all | (UnixFileMode)((int)all >> 3) | (UnixFileMode)((int)all >> 6) | UnixFileMode.StickyBit);
        return tree;

        void Text(string path, string content)
        {
            var file = Path.Combine(scratch, Path.GetFileName(path));
            File.WriteAllText(file, content);
            tree.AddFile(path, file);
        }
    }

    // 1. What lies beside a program is found there. 2. All else comes from the packages, and what it needs in turn.
    private static SortedDictionary<string, string> Libraries(string unpacked, IEnumerable<string> programs)
    {
        var offered = new[] { Path.Combine(unpacked, "lib", Multiarch), Path.Combine(unpacked, "usr", "lib", Multiarch) }
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .GroupBy(file => Path.GetFileName(file), StringComparer.Ordinal)
            .ToDictionary(files => files.Key, files => Real(files.First()), StringComparer.Ordinal);
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var open = new Queue<(string Name, string By)>(OpenedByName.Select(name => (name, ".NET")));
        foreach (var file in programs.SelectMany(Directory.EnumerateFiles))
        {
            foreach (var name in ElfFile.Read(file)?.Needed ?? [])
            {
                if (!File.Exists(Path.Combine(Path.GetDirectoryName(file)!, name))) // 1
                {
                    open.Enqueue((name, Path.GetFileName(file)));
                }
            }
        }

        while (open.TryDequeue(out var wanted)) // 2
        {
            if (found.ContainsKey(wanted.Name))
            {
                continue;
            }

            if (!offered.TryGetValue(wanted.Name, out var file))
            {
                throw TsfErrors.MissingLibrary.With($"{wanted.By} needs {wanted.Name}, which is in none of the pinned packages.");
            }

            found.Add(wanted.Name, file);
            foreach (var name in ElfFile.Read(file)?.Needed ?? [])
            {
                open.Enqueue((name, wanted.Name));
            }
        }

        return found;
    }

    private static string Real(string file) => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;

    // What 'update-ca-certificates' would make of the package.
    private static string Certificates(string unpacked, string scratch)
    {
        var bundle = Path.Combine(scratch, "ca-certificates.crt");
        File.WriteAllText(bundle, string.Concat(Directory
            .EnumerateFiles(Path.Combine(unpacked, "usr", "share", "ca-certificates"), "*.crt", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => File.ReadAllText(file).TrimEnd() + "\n")));
        return bundle;
    }
}
