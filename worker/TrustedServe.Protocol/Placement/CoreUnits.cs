using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Placement;

/// <summary>The physical cores that are still to be given away, each as the hardware threads of it that may be used.</summary>
internal sealed class CoreUnits
{
    private readonly List<NodeUnits> byNode = [];

    private CoreUnits()
    {
    }

    /// <summary>The units of each node, lowest numbers first.</summary>
    public IReadOnlyList<NodeUnits> ByNode => byNode;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var node in byNode)
            {
                count += node.Units.Count;
            }

            return count;
        }
    }

    /// <summary>The units of a machine, as many as the quota allows.</summary>
    public static CoreUnits Of(MachineTopology topology, bool threadsCount, List<string> notes)
    {
        var allowed = new HashSet<int>(topology.AllowedCores);
        var all = new CoreUnits();
        foreach (var core in topology.Cores)
        {
            // A unit is met first at the lowest of its threads that may be used.
            var unit = NumberSets.Both(core.Siblings, allowed);
            if (unit.Count > 0 && unit[0] == core.Number)
            {
                all.UnitsOf(core.Node).Add([.. unit]);
            }
        }

        all.byNode.Sort((one, other) => one.Node.CompareTo(other.Node));
        all.Cut(topology.CpuQuota, threadsCount, notes);
        return all;
    }

    /// <summary>Every hardware thread of every unit.</summary>
    public IReadOnlyList<int> AllThreads() => NumberSets.Ascending(byNode, node => Threads(node.Units));

    /// <summary>The hardware threads of some units, ascending.</summary>
    public static List<int> Threads(List<int[]> units) => NumberSets.Ascending(units, unit => unit);

    /// <summary>Takes units from one node.</summary>
    /// <returns>Their hardware threads; null when nothing would be left for a worker.</returns>
    public IReadOnlyList<int>? TryTake(int count)
    {
        if (count >= Count)
        {
            return null;
        }

        // A node that is used up needs no worker; otherwise the largest bears it best. A first one is found before its equals.
        var from = (byNode.Find(node => node.Units.Count == count) ?? byNode.MaxBy(node => node.Units.Count)!).Units;
        if (from.Count < count)
        {
            return null;
        }

        var taken = Threads(from.GetRange(0, count));
        from.RemoveRange(0, count);
        return taken;
    }

    /// <summary>
    /// One of several parts, as equal as can be: neighbours, node after node. A border moves to the nearest end of a node where that is
    /// at most an eighth of a part away (one unit for parts of four to seven), since each node that a model lies on holds a copy of its
    /// weights. With more parts than units, one unit, which others have too.
    /// </summary>
    /// <param name="index">Which part, from 0.</param>
    /// <param name="parts">How many there are.</param>
    public CoreUnits Part(int index, int parts)
    {
        var count = Count;
        var isShared = parts > count;
        var first = isShared ? index % count : Border(index, parts);
        var end = isShared ? first + 1 : Border(index + 1, parts);
        var part = new CoreUnits();
        var place = 0;
        foreach (var node in byNode)
        {
            foreach (var unit in node.Units)
            {
                if (place >= first && place < end)
                {
                    part.UnitsOf(node.Node).Add(unit);
                }

                place++;
            }
        }

        return part;
    }

    // How many units lie before a part. The first parts have one more where they cannot be equal.
    private int Border(int index, int parts)
    {
        if (index == parts)
        {
            return Count;
        }

        var (each, more) = Math.DivRem(Count, parts);
        var equal = (index * each) + Math.Min(index, more);
        var border = equal;
        var nearest = each >= 8 ? each / 8 : each >= 4 ? 1 : 0;
        var nodeEnd = 0;
        foreach (var node in byNode)
        {
            nodeEnd += node.Units.Count;
            if (index > 0 && nodeEnd < Count && Math.Abs(nodeEnd - equal) <= nearest)
            {
                (border, nearest) = (nodeEnd, Math.Abs(nodeEnd - equal));
            }
        }

        return border;
    }

    private void Cut(double? quota, bool threadsCount, List<string> notes)
    {
        // Beyond the number of threads a quota limits nothing; below one, one lane still has to be.
        var left = quota is { } limit && limit < CpuList.Limit ? Math.Max(1, (int)limit) : int.MaxValue;
        var before = Count;
        foreach (var node in byNode)
        {
            var kept = new List<int[]>();
            foreach (var unit in node.Units)
            {
                var cost = threadsCount ? Math.Min(unit.Length, left) : 1;
                if (left > 0)
                {
                    kept.Add(threadsCount ? unit[..cost] : unit);
                    left -= cost;
                }
            }

            node.Units.Clear();
            node.Units.AddRange(kept);
        }

        if (Count < before)
        {
            notes.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cpu.max allows the time of {quota:0.##} core(s): {Count} of {before} are planned with"));
        }
    }

    private List<int[]> UnitsOf(int node)
    {
        if (byNode.Find(one => one.Node == node) is not { } units)
        {
            byNode.Add(units = new NodeUnits(node, []));
        }

        return units.Units;
    }
}
