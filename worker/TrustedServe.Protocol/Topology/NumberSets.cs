namespace TrustedServe.Protocol.Topology;

/// <summary>Sets of core and node numbers.</summary>
/// <remarks>
/// Topology is read before a worker asks for its key. Queries over numbers and tuples are compiled in every process anew, since the
/// runtime's own images hold them for references alone: written with queries, reading a topology of two cores took 90 ms, nearly all
/// of them compilation. Hence the loops in what a start goes through.
/// </remarks>
internal static class NumberSets
{
    /// <summary>The members of a list that are in a set, in the order of the list.</summary>
    public static List<int> Both(IReadOnlyList<int> all, HashSet<int> set)
    {
        var both = new List<int>();
        for (var i = 0; i < all.Count; i++)
        {
            if (set.Contains(all[i]))
            {
                both.Add(all[i]);
            }
        }

        return both;
    }

    /// <summary>The numbers of several things, one after the other.</summary>
    public static List<int> Joined<T>(IReadOnlyList<T> things, Func<T, IReadOnlyList<int>> numbers)
        where T : class
    {
        var all = new List<int>();
        for (var i = 0; i < things.Count; i++)
        {
            all.AddRange(numbers(things[i]));
        }

        return all;
    }

    /// <summary>The numbers of several things, ascending.</summary>
    public static List<int> Ascending<T>(IReadOnlyList<T> things, Func<T, IReadOnlyList<int>> numbers)
        where T : class
    {
        var all = Joined(things, numbers);
        all.Sort();
        return all;
    }
}
