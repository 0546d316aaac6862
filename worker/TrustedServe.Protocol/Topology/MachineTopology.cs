namespace TrustedServe.Protocol.Topology;

/// <summary>Nodes and cores of a machine, and which of them this process may use.</summary>
public sealed record MachineTopology
{
    /// <summary>The nodes by their number; at least one.</summary>
    public required IReadOnlyList<NumaNode> Nodes { get; init; }

    /// <summary>The online cores by their number; at least one. Their siblings form groups: no core is in two.</summary>
    public required IReadOnlyList<LogicalCore> Cores { get; init; }

    /// <summary>The cores that may be used, ascending: online and in the cpuset. At least one.</summary>
    public required IReadOnlyList<int> AllowedCores { get; init; }

    /// <summary>Nodes whose memory may be used: they have some and are in the cpuset. Empty when the kernel does not say.</summary>
    public required IReadOnlyList<int> MemoryNodes { get; init; }

    /// <summary>Processor time that the control group allows, in cores (<c>cpu.max</c>); null for no limit.</summary>
    public double? CpuQuota { get; init; }

    /// <summary>What the processor can do.</summary>
    public InstructionSets InstructionSets { get; init; } = InstructionSets.None;

    /// <summary>What was missing or odd and was replaced by a default.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether it makes a difference which node memory comes from.</summary>
    public bool HasMemoryChoice => MemoryNodes.Count > 1;

    /// <summary>
    /// The node that memory for a node's cores shall come from: itself, or the nearest with memory. Null where there is no choice.
    /// </summary>
    public int? MemoryNodeFor(int node)
    {
        if (!HasMemoryChoice)
        {
            return null;
        }

        if (MemoryNodes.Contains(node))
        {
            return node;
        }

        var distances = Nodes.FirstOrDefault(one => one.Number == node)?.Distances ?? [];
        return Enumerable.Range(0, Math.Min(distances.Count, Nodes.Count))
            .Where(index => MemoryNodes.Contains(Nodes[index].Number))
            .OrderBy(index => distances[index])
            .Select(index => (int?)Nodes[index].Number)
            .FirstOrDefault() ?? MemoryNodes[0];
    }

    /// <summary>The same machine with fewer cores to use; with none of them allowed, what was allowed before and a note.</summary>
    public MachineTopology Within(IReadOnlyCollection<int> cores)
    {
        ArgumentNullException.ThrowIfNull(cores);
        var wanted = new HashSet<int>(cores);
        var both = NumberSets.Both(AllowedCores, wanted);
        return both.Count > 0 ? this with { AllowedCores = both }
            : this with { Notes = [.. Notes, $"none of the cores {CpuList.Format(wanted.Where(core => core is >= 0 and < CpuList.Limit))} may be used: {CpuList.Format(AllowedCores)} serve instead"] };
    }
}
