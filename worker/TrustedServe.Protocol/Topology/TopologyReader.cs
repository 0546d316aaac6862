using System.Globalization;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Protocol.Topology;

/// <summary>Reads a machine's topology from sysfs, procfs and cgroupfs. Whatever is missing or makes no sense has a default and a note.</summary>
/// <remarks>
/// 1. Cores: those online; without that list those present, else as many as the runtime counts.
/// 2. Nodes and their cores; a core that no node claims belongs to the first node, one that two claim to the first of them.
/// 3. Physical cores: by the list of siblings, else by core and package number, else each core is one.
/// 4. What may be used: online cores of the control group's cpuset, and of the affinity when that is given.
/// </remarks>
public static class TopologyReader
{
    private const string CpuFolder = "sys/devices/system/cpu";
    private const string NodeFolder = "sys/devices/system/node";
    private const int NodeLimit = 1024;

    /// <summary>This machine, as the calling thread may use it.</summary>
    /// <param name="calls">The kernel; null for the real one.</param>
    public static MachineTopology ReadOwn(ISystemCalls? calls = null)
    {
        var answered = (calls ?? LinuxSystemCalls.Instance).GetAffinity(0, out var affinity).Succeeded;
        return Read("/", answered ? affinity : null);
    }

    /// <summary>The machine whose files lie under a root.</summary>
    /// <param name="root">The directory that stands for <c>/</c>.</param>
    /// <param name="affinity">Cores that use is limited to; null for no such limit.</param>
    public static MachineTopology Read(string root = "/", IReadOnlyList<int>? affinity = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        return Read(new SystemFiles(root), affinity);
    }

    /// <summary>Copies every file that is read of a machine, so that <see cref="Read(string, IReadOnlyList{int}?)"/> sees it again from the copy, anywhere.</summary>
    /// <param name="root">The directory that stands for <c>/</c>.</param>
    /// <param name="copies">Where the copies are written, under the same paths; the machine's affinity is not among them.</param>
    /// <returns>The machine, as it is read from the copy.</returns>
    /// <exception cref="IOException">A copy cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static MachineTopology Record(string root, string copies)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        ArgumentException.ThrowIfNullOrEmpty(copies);
        return Read(new SystemFiles(root, copies), affinity: null);
    }

    private static MachineTopology Read(SystemFiles files, IReadOnlyList<int>? affinity)
    {
        var notes = new List<string>();

        // 1. Cores.
        var online = Online(files, notes);

        // 2. Nodes.
        var nodes = Nodes(files, online, notes);
        var nodeOf = NodeOf(nodes);

        // 3. Physical cores.
        var cores = Cores(files, online, nodeOf);

        // 4. What may be used.
        var group = ControlGroup.Read(files);
        var allowed = Narrow(online, group.Cores, "cpuset", notes);
        if (affinity is not null)
        {
            allowed = Narrow(allowed, affinity, "affinity", notes);
        }

        var memory = new List<int>();
        foreach (var node in nodes)
        {
            if (node.MemoryBytes > 0)
            {
                memory.Add(node.Number);
            }
        }

        return new MachineTopology
        {
            Nodes = nodes,
            Cores = cores,
            AllowedCores = allowed,
            MemoryNodes = memory.Count > 0 ? Narrow(memory, group.MemoryNodes, "cpuset's memory", notes) : [],
            CpuQuota = group.CpuQuota,
            InstructionSets = Instructions(files),
            Notes = notes,
        };
    }

    private static IReadOnlyList<int> Online(SystemFiles files, List<string> notes)
    {
        if (files.List($"{CpuFolder}/online") is { Count: > 0 } online)
        {
            return online;
        }

        notes.Add("the list of online cores cannot be read");
        return files.List($"{CpuFolder}/present") is { Count: > 0 } present ? present : [.. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, CpuList.Limit))];
    }

    private static List<NumaNode> Nodes(SystemFiles files, IReadOnlyList<int> online, List<string> notes)
    {
        var unclaimed = new HashSet<int>(online);
        var nodes = new List<NumaNode>();
        foreach (var number in files.Numbered(NodeFolder, "node", NodeLimit))
        {
            var folder = $"{NodeFolder}/node{number}";
            var claimed = files.List($"{folder}/cpulist");
            if (claimed is null)
            {
                notes.Add($"the cores of node {number} cannot be read");
            }

            var own = NumberSets.Both(claimed ?? [], unclaimed);
            unclaimed.ExceptWith(own);
            nodes.Add(new NumaNode(number, own, Memory(files.Text($"{folder}/meminfo")), Distances(files.Text($"{folder}/distance"))));
        }

        if (nodes.Count == 0)
        {
            // A kernel without NUMA, as most small guests have.
            nodes.Add(new NumaNode(0, [], 0, []));
        }
        else if (unclaimed.Count > 0)
        {
            notes.Add($"no node claims the cores {CpuList.Format(unclaimed)}");
        }

        var first = new List<int>(nodes[0].Cores);
        first.AddRange(unclaimed);
        first.Sort();
        nodes[0] = nodes[0] with { Cores = first };
        return nodes;
    }

    // By core; -1 for what no node has.
    private static int[] NodeOf(List<NumaNode> nodes)
    {
        var nodeOf = new int[CpuList.Limit];
        Array.Fill(nodeOf, -1);
        foreach (var node in nodes)
        {
            foreach (var core in node.Cores)
            {
                nodeOf[core] = node.Number;
            }
        }

        return nodeOf;
    }

    private static List<LogicalCore> Cores(SystemFiles files, IReadOnlyList<int> online, int[] nodeOf)
    {
        var cores = new List<LogicalCore>();
        var groups = new List<int>?[CpuList.Limit];
        var packages = new int[CpuList.Limit];
        var identities = new int[CpuList.Limit];
        foreach (var number in online)
        {
            packages[number] = files.Number($"{CpuFolder}/cpu{number}/topology/physical_package_id") ?? 0;
            identities[number] = files.Number($"{CpuFolder}/cpu{number}/topology/core_id") ?? -1 - number;
        }

        foreach (var number in online)
        {
            if (groups[number] is null)
            {
                // Lists that contradict each other must not put a core into two groups: the first list to name it has it.
                var listed = files.List($"{CpuFolder}/cpu{number}/topology/thread_siblings_list");
                var group = new List<int> { number };
                foreach (var one in listed ?? online)
                {
                    var isSibling = listed is not null || (packages[one] == packages[number] && identities[one] == identities[number]);
                    if (isSibling && one != number && nodeOf[one] == nodeOf[number] && groups[one] is null)
                    {
                        group.Add(one);
                    }
                }

                group.Sort();
                foreach (var one in group)
                {
                    groups[one] = group;
                }
            }

            cores.Add(new LogicalCore(number, packages[number], nodeOf[number], groups[number]!));
        }

        return cores;
    }

    private static IReadOnlyList<int> Narrow(IReadOnlyList<int> all, IReadOnlyList<int>? to, string name, List<string> notes)
    {
        if (to is null)
        {
            return all;
        }

        var both = NumberSets.Both(all, [.. to]);
        if (both.Count > 0)
        {
            return both;
        }

        notes.Add($"the {name} has nothing that is there");
        return all;
    }

    // "Node 0 MemTotal:       20932820 kB"
    private static long Memory(string? text)
    {
        foreach (var line in text?.Split('\n') ?? [])
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["Node", _, "MemTotal:", var amount, ..]
                && long.TryParse(amount, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes) && kilobytes < long.MaxValue / 1024)
            {
                return kilobytes * 1024;
            }
        }

        return 0;
    }

    private static IReadOnlyList<int> Distances(string? text)
    {
        var distances = new List<int>();
        foreach (var word in text?.Split((char[]?)null, NodeLimit + 1, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            if (distances.Count == NodeLimit || !int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var distance))
            {
                return [];
            }

            distances.Add(distance);
        }

        return distances;
    }

    private static InstructionSets Instructions(SystemFiles files)
    {
        var line = files.Text("proc/cpuinfo")?.Split('\n').FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal));
        return InstructionSets.FromFlags((line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal));
    }
}
