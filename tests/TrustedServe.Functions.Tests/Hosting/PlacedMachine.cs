using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>A machine with as many cores on each node as is said, and a kernel that pins nothing and writes down what it is asked.</summary>
internal sealed class PlacedMachine(int[] nodeCores, SystemCallResult answer = default)
{
    private readonly RecordedCalls calls = new() { Affinity = answer };

    public HashSet<string> Pinned => [.. calls.Calls.Select(call => call.Split(' ')[^1])];

    public HostPlacement Placement => new(() => new MachineDescription { NodeCores = nodeCores }.ToTopology(), calls);
}
