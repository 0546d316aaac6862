using System.Text.Json;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Protocol.Topology;

/// <summary>A machine in a few numbers, for planning where there is no sysfs to read: a guest that is not there yet.</summary>
public sealed record MachineDescription
{
    private const int MaxNodes = 64;
    private const int MaxThreads = 8;
    private const int MaxBytes = 64 << 10;
    private const long MaxMemory = 1L << 50;

    /// <summary>Physical cores of each NUMA node, at most 64 nodes, 0 for a node of memory alone; at least one core in all.</summary>
    public required IReadOnlyList<int> NodeCores { get; init; }

    /// <summary>Hardware threads of each physical core, 1 to 8; default 1, as virtual processors mostly are.</summary>
    public int ThreadsPerCore { get; init; } = 1;

    /// <summary>Memory of each node in bytes, 0 for none; empty (the default) when it is not known and every node is taken to have some.</summary>
    public IReadOnlyList<long> NodeMemoryBytes { get; init; } = [];

    /// <summary>Processor time that is allowed, in cores; null (the default) for no limit.</summary>
    public double? CpuQuota { get; init; }

    /// <summary>What the processor can do.</summary>
    public InstructionSets InstructionSets { get; init; } = InstructionSets.None;

    /// <summary>Reads a description.</summary>
    /// <exception cref="TsfException">TSF0002 when it is none.</exception>
    public static MachineDescription Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw TsfErrors.InvalidSettings.With($"The description of the machine has {utf8.Length} bytes; at most {MaxBytes} are read.");
        }

        try
        {
            return JsonSerializer.Deserialize<MachineDescription>(utf8, StrictJson.Compact) ?? throw TsfErrors.InvalidSettings.With("The description of the machine is null.");
        }
        catch (JsonException exception)
        {
            throw TsfErrors.InvalidSettings.With($"The description of the machine cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The machine, with its cores numbered as Linux does: the second thread of a core after the first threads of all.</summary>
    /// <exception cref="TsfException">TSF0002 when the numbers make no machine.</exception>
    public MachineTopology ToTopology()
    {
        var physical = NodeCores.Sum(cores => (long)cores);
        if (NodeCores.Count is 0 or > MaxNodes || NodeCores.Any(cores => cores < 0) || ThreadsPerCore is < 1 or > MaxThreads
            || physical < 1 || physical * ThreadsPerCore > CpuList.Limit
            || (NodeMemoryBytes.Count > 0 && NodeMemoryBytes.Count != NodeCores.Count) || NodeMemoryBytes.Any(bytes => bytes is < 0 or > MaxMemory)
            || CpuQuota is { } quota && !(quota > 0))
        {
            throw TsfErrors.InvalidSettings.With(
                $"The description makes no machine: it needs 1 to {MaxNodes} nodes with 1 to {CpuList.Limit} cores in all, 1 to {MaxThreads} threads a core, a size of memory for each node or none, and a positive quota.");
        }

        var nodes = new List<NumaNode>();
        var cores = new List<LogicalCore>();
        var first = 0;
        for (var number = 0; number < NodeCores.Count; number++)
        {
            var own = new List<int>();
            for (var core = first; core < first + NodeCores[number]; core++)
            {
                int[] siblings = [.. Enumerable.Range(0, ThreadsPerCore).Select(thread => core + (thread * (int)physical))];
                own.AddRange(siblings);
                cores.AddRange(siblings.Select(sibling => new LogicalCore(sibling, number, number, siblings)));
            }

            nodes.Add(new NumaNode(number, [.. own.Order()], NodeMemoryBytes.Count > 0 ? NodeMemoryBytes[number] : 0, []));
            first += NodeCores[number];
        }

        cores.Sort((left, right) => left.Number.CompareTo(right.Number));
        return new MachineTopology
        {
            Nodes = nodes,
            Cores = cores,
            AllowedCores = [.. cores.Select(core => core.Number)],
            MemoryNodes = [.. nodes.Where(node => NodeMemoryBytes.Count == 0 || node.MemoryBytes > 0).Select(node => node.Number)],
            CpuQuota = CpuQuota,
            InstructionSets = InstructionSets,
        };
    }
}
