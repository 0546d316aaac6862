namespace TrustedServe.Protocol.Placement;

/// <summary>
/// Every call to the kernel that placement makes; a seam, so that arguments can be asserted for machines that are not at hand.
/// None of them throws: what the kernel says is the answer.
/// </summary>
public interface ISystemCalls
{
    /// <summary>Keeps a thread on cores.</summary>
    /// <param name="thread">The kernel's number of the thread; 0 for the calling one.</param>
    /// <param name="cores">The cores that it may run on.</param>
    SystemCallResult SetAffinity(int thread, IReadOnlyList<int> cores);

    /// <summary>The cores that a thread may run on; empty without an answer.</summary>
    /// <param name="thread">The kernel's number of the thread; 0 for the calling one.</param>
    /// <param name="cores">The cores, ascending.</param>
    SystemCallResult GetAffinity(int thread, out IReadOnlyList<int> cores);

    /// <summary>Sets the calling thread's memory policy.</summary>
    SystemCallResult SetMemoryPolicy(MemoryPolicy policy);

    /// <summary>The calling thread's memory policy; null without an answer.</summary>
    SystemCallResult GetMemoryPolicy(out MemoryPolicy? policy);

    /// <summary>On which node each of some pages lies. Nothing is moved.</summary>
    /// <param name="pages">Addresses, one in each page.</param>
    /// <param name="nodes">As many answers: a node, or the negative number of an error (-2: the page is not there).</param>
    SystemCallResult QueryPages(ReadOnlySpan<nint> pages, Span<int> nodes);

    /// <summary>The core and node that the calling thread is on at this moment.</summary>
    SystemCallResult GetCurrentCore(out int core, out int node);
}
