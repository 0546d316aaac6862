using TrustedServe.Protocol.Placement;

namespace TrustedServe.Testing;

/// <summary>A kernel that writes down what it is asked and gives the answers that it is told to.</summary>
public sealed class RecordedCalls : ISystemCalls
{
    /// <summary>What it was asked to change, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Its answer to pinning.</summary>
    public SystemCallResult Affinity { get; init; }

    /// <summary>Its answer to memory policies.</summary>
    public SystemCallResult Policy { get; init; }

    /// <summary>Its answer to where pages lie.</summary>
    public SystemCallResult Pages { get; init; }

    /// <summary>Where the page of a number lies.</summary>
    public Func<int, int> NodeOfPage { get; init; } = _ => 0;

    private IReadOnlyList<int> Allowed { get; set; } = [0, 1];

    /// <inheritdoc/>
    public SystemCallResult SetAffinity(int thread, IReadOnlyList<int> cores)
    {
        lock (Calls)
        {
            Calls.Add($"sched_setaffinity {(thread == 0 ? "self" : "thread")} {string.Join(',', cores)}");
            Allowed = Affinity.Succeeded ? cores : Allowed;
            return Affinity;
        }
    }

    /// <inheritdoc/>
    public SystemCallResult GetAffinity(int thread, out IReadOnlyList<int> cores)
    {
        cores = Allowed;
        return SystemCallResult.Ok;
    }

    /// <inheritdoc/>
    public SystemCallResult SetMemoryPolicy(MemoryPolicy policy)
    {
        lock (Calls)
        {
            Calls.Add($"set_mempolicy {policy.Mode} {string.Join(',', policy.Nodes)}");
            return Policy;
        }
    }

    /// <inheritdoc/>
    public SystemCallResult GetMemoryPolicy(out MemoryPolicy? policy)
    {
        policy = null;
        return Policy;
    }

    /// <inheritdoc/>
    public SystemCallResult QueryPages(ReadOnlySpan<nint> pages, Span<int> nodes)
    {
        for (var index = 0; index < pages.Length; index++)
        {
            nodes[index] = NodeOfPage(index);
        }

        return Pages;
    }

    /// <inheritdoc/>
    public SystemCallResult GetCurrentCore(out int core, out int node)
    {
        (core, node) = (0, 0);
        return SystemCallResult.NotOffered;
    }
}
