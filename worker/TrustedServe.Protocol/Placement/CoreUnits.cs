using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Placement;

/// <summary>The physical cores that are still to be given away, each as the hardware threads of it that may be used.</summary>
internal sealed class CoreUnits
{
    private readonly SortedDictionary<int, List<int[]>> byNode = [];

    private CoreUnits()
    {
    }

    /// <summary>The units of each node, lowest numbers first.</summary>
    public IReadOnlyDictionary<int, List<int[]>> ByNode => byNode;

    /// <summary>How many there are.</summary>
    public int Count => byNode.Values.Sum(units => units.Count);

    /// <summary>The units of a machine, as many as the quota allows.</summary>
    public static CoreUnits Of(MachineTopology topology, bool threadsCount, List<string> notes)
    {
        var allowed = topology.AllowedCores.ToHashSet();
        var all = new CoreUnits();
        foreach (var core in topology.Cores)
        {
            // A unit is met first at the lowest of its threads that may be used.
            int[] unit = [.. core.Siblings.Where(allowed.Contains)];
            if (unit.Length > 0 && unit[0] == core.Number)
            {
                if (!all.byNode.TryGetValue(core.Node, out var units))
                {
                    all.byNode.Add(core.Node, units = []);
                }

                units.Add(unit);
            }
        }

        all.Cut(topology.CpuQuota, threadsCount, notes);
        return all;
    }

    /// <summary>Every hardware thread of every unit.</summary>
    public IReadOnlyList<int> AllThreads() => [.. byNode.Values.SelectMany(units => units).SelectMany(unit => unit).Order()];

    /// <summary>Takes units from one node.</summary>
    /// <returns>Their hardware threads; null when nothing would be left for a worker.</returns>
    public IReadOnlyList<int>? TryTake(int count)
    {
        if (count >= Count)
        {
            return null;
        }

        // A node that is used up needs no worker; otherwise the largest bears it best. A first one is found before its equals.
        var from = byNode.Values.FirstOrDefault(units => units.Count == count) ?? byNode.Values.MaxBy(units => units.Count)!;
        if (from.Count < count)
        {
            return null;
        }

        int[] taken = [.. from.Take(count).SelectMany(unit => unit).Order()];
        from.RemoveRange(0, count);
        return taken;
    }

    private void Cut(double? quota, bool threadsCount, List<string> notes)
    {
        // Beyond the number of threads a quota limits nothing; below one, one lane still has to be.
        var left = quota is { } limit && limit < CpuList.Limit ? Math.Max(1, (int)limit) : int.MaxValue;
        var before = Count;
        foreach (var (node, units) in byNode.ToArray())
        {
            var kept = new List<int[]>();
            foreach (var unit in units)
            {
                var cost = threadsCount ? Math.Min(unit.Length, left) : 1;
                if (left > 0)
                {
                    kept.Add(threadsCount ? unit[..cost] : unit);
                    left -= cost;
                }
            }

            byNode[node] = kept;
        }

        if (Count < before)
        {
            notes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cpu.max allows the time of {quota:0.##} core(s): {Count} of {before} are planned with"));
        }
    }
}
