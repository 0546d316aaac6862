namespace TrustedServe.Testing;

/// <summary>The files of sysfs, procfs and cgroupfs of a machine that is not at hand, numbered as Linux does: second hyper-threads after all first ones.</summary>
public sealed class RecordedMachine : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    /// <summary>Writes the files.</summary>
    /// <param name="nodes">NUMA nodes.</param>
    /// <param name="coresPerNode">Physical cores of each.</param>
    /// <param name="threads">Hardware threads of each physical core.</param>
    /// <param name="nodesPerSocket">Nodes of each socket.</param>
    public RecordedMachine(int nodes, int coresPerNode, int threads = 1, int nodesPerSocket = 1)
    {
        var physical = nodes * coresPerNode;
        Write("sys/devices/system/cpu/online", $"0-{(physical * threads) - 1}");
        Write("sys/devices/system/cpu/present", $"0-{(physical * threads) - 1}");
        Write("proc/self/cgroup", "0::/pod/worker");
        Write("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu sse2 avx2 avx512f avx512_vnni avx_vnni amx_tile amx_int8\n");
        for (var node = 0; node < nodes; node++)
        {
            var own = Enumerable.Range(0, threads).SelectMany(thread => Enumerable.Range((thread * physical) + (node * coresPerNode), coresPerNode));
            Write($"sys/devices/system/node/node{node}/cpulist", string.Join(',', own));
            Write($"sys/devices/system/node/node{node}/meminfo", $"Node {node} MemTotal:       65536000 kB\nNode {node} MemFree:        1 kB");
            Write($"sys/devices/system/node/node{node}/distance", string.Join(' ', Enumerable.Range(0, nodes).Select(other => other == node ? 10 : other / nodesPerSocket == node / nodesPerSocket ? 12 : 21)));
        }

        for (var core = 0; core < physical * threads; core++)
        {
            var topology = $"sys/devices/system/cpu/cpu{core}/topology/";
            Write(topology + "core_id", $"{core % physical % (coresPerNode * nodesPerSocket)}");
            Write(topology + "physical_package_id", $"{core % physical / (coresPerNode * nodesPerSocket)}");
            Write(topology + "thread_siblings_list", string.Join(',', Enumerable.Range(0, threads).Select(thread => (core % physical) + (thread * physical))));
        }
    }

    /// <summary>The directory that stands for <c>/</c>.</summary>
    public string Root => directory.Path;

    /// <summary>Sets what the control group of the process allows.</summary>
    public RecordedMachine WithGroup(string? cores = null, string? nodes = null, string? quota = null)
    {
        const string Group = "sys/fs/cgroup/pod/worker/";
        foreach (var (name, text) in new[] { ("cpuset.cpus.effective", cores), ("cpuset.mems.effective", nodes), ("cpu.max", quota) })
        {
            if (text is not null)
            {
                Write(Group + name, text);
            }
        }

        return this;
    }

    /// <summary>Writes a file, in place of one that is there.</summary>
    public RecordedMachine Write(string path, string text)
    {
        var full = directory[path.Split('/')];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text + "\n");
        return this;
    }

    /// <summary>Removes a file or directory.</summary>
    public RecordedMachine Remove(string path)
    {
        var full = directory[path.Split('/')];
        if (Directory.Exists(full))
        {
            Directory.Delete(full, recursive: true);
        }
        else
        {
            File.Delete(full);
        }

        return this;
    }

    /// <summary>Removes the files.</summary>
    public void Dispose() => directory.Dispose();
}
