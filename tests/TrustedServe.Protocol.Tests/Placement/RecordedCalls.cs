using TrustedServe.Protocol.Placement;

namespace TrustedServe.Protocol.Tests.Placement;

/// <summary>A kernel that writes down what it is asked and gives the answers that it is told to.</summary>
internal sealed class RecordedCalls : ISystemCalls
{
    public List<string> Calls { get; } = [];

    public SystemCallResult Affinity { get; init; }

    public SystemCallResult Policy { get; init; }

    public SystemCallResult Pages { get; init; }

    public Func<int, int> NodeOfPage { get; init; } = _ => 0;

    private IReadOnlyList<int> Allowed { get; set; } = [0, 1];

    public SystemCallResult SetAffinity(int thread, IReadOnlyList<int> cores)
    {
        lock (Calls)
        {
            Calls.Add($"sched_setaffinity {(thread == 0 ? "self" : "thread")} {string.Join(',', cores)}");
            Allowed = Affinity.Succeeded ? cores : Allowed;
            return Affinity;
        }
    }

    public SystemCallResult GetAffinity(int thread, out IReadOnlyList<int> cores)
    {
        cores = Allowed;
        return SystemCallResult.Ok;
    }

    public SystemCallResult SetMemoryPolicy(MemoryPolicy policy)
    {
        Calls.Add($"set_mempolicy {policy.Mode} {string.Join(',', policy.Nodes)}");
        return Policy;
    }

    public SystemCallResult GetMemoryPolicy(out MemoryPolicy? policy)
    {
        policy = null;
        return Policy;
    }

    public SystemCallResult QueryPages(ReadOnlySpan<nint> pages, Span<int> nodes)
    {
        for (var index = 0; index < pages.Length; index++)
        {
            nodes[index] = NodeOfPage(index);
        }

        return Pages;
    }

    public SystemCallResult GetCurrentCore(out int core, out int node)
    {
        (core, node) = (0, 0);
        return SystemCallResult.NotOffered;
    }
}
