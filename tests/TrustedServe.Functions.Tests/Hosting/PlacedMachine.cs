using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>A machine with as many cores on each node as is said, and a kernel that pins nothing and writes down what it is asked.</summary>
internal sealed class PlacedMachine(int[] nodeCores) : ISystemCalls
{
    public HashSet<string> Pinned { get; } = [];

    public SystemCallResult Answer { get; init; }

    public HostPlacement Placement => new(() => new MachineDescription { NodeCores = nodeCores }.ToTopology(), this);

    public SystemCallResult SetAffinity(int thread, IReadOnlyList<int> cores)
    {
        Pinned.Add(string.Join(',', cores));
        return Answer;
    }

    public SystemCallResult GetAffinity(int thread, out IReadOnlyList<int> cores)
    {
        cores = [];
        return SystemCallResult.NotOffered;
    }

    public SystemCallResult SetMemoryPolicy(MemoryPolicy policy) => SystemCallResult.NotOffered;

    public SystemCallResult GetMemoryPolicy(out MemoryPolicy? policy)
    {
        policy = null;
        return SystemCallResult.NotOffered;
    }

    public SystemCallResult QueryPages(ReadOnlySpan<nint> pages, Span<int> nodes) => SystemCallResult.NotOffered;

    public SystemCallResult GetCurrentCore(out int core, out int node)
    {
        (core, node) = (0, 0);
        return SystemCallResult.NotOffered;
    }
}
