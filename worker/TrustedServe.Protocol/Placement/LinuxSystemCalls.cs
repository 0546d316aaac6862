using System.Numerics;
using System.Runtime.InteropServices;

namespace TrustedServe.Protocol.Placement;

/// <summary>The kernel's own answers. What has no wrapper in every C library is called by its number.</summary>
public sealed unsafe class LinuxSystemCalls : ISystemCalls
{
    /// <summary>The one instance: it has no state.</summary>
    public static readonly LinuxSystemCalls Instance = new();

    // 8192 cores and 1024 nodes: the most that any kernel is built for.
    private const int CoreMaskBytes = 1024;
    private const int NodeMaskBytes = 128;
    private const int CoreLimit = CoreMaskBytes * 8;
    private const int NodeLimit = NodeMaskBytes * 8;
    private const int PolicyFlags = 0xe000;

    private static readonly SystemCallNumbers? Numbers = SystemCallNumbers.Of(RuntimeInformation.ProcessArchitecture);

    private LinuxSystemCalls()
    {
    }

    /// <inheritdoc/>
    public SystemCallResult SetAffinity(int thread, IReadOnlyList<int> cores)
    {
        var mask = stackalloc ulong[CoreMaskBytes / sizeof(ulong)];
        return TrySet(new Span<ulong>(mask, CoreMaskBytes / sizeof(ulong)), cores, CoreLimit)
            ? Answer(PlacementCalls.SetAffinity(thread, CoreMaskBytes, mask))
            : SystemCallResult.InvalidArgument;
    }

    /// <inheritdoc/>
    public SystemCallResult GetAffinity(int thread, out IReadOnlyList<int> cores)
    {
        var mask = stackalloc ulong[CoreMaskBytes / sizeof(ulong)];
        var result = Answer(PlacementCalls.GetAffinity(thread, CoreMaskBytes, mask));
        cores = result.Succeeded ? Members(new ReadOnlySpan<ulong>(mask, CoreMaskBytes / sizeof(ulong))) : [];
        return result;
    }

    /// <inheritdoc/>
    public SystemCallResult SetMemoryPolicy(MemoryPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (Numbers is not { } numbers)
        {
            return SystemCallResult.NotOffered;
        }

        var mask = stackalloc ulong[NodeMaskBytes / sizeof(ulong)];
        if (!TrySet(new Span<ulong>(mask, NodeMaskBytes / sizeof(ulong)), policy.Nodes, NodeLimit))
        {
            return SystemCallResult.InvalidArgument;
        }

        // The kernel takes one less than the bits that it is told: hence one more.
        return policy.Mode == MemoryPolicyMode.Default
            ? Answer(PlacementCalls.Call(numbers.SetMemoryPolicy, 0, 0, 0, 0, 0, 0))
            : Answer(PlacementCalls.Call(numbers.SetMemoryPolicy, (nint)policy.Mode, (nint)mask, NodeLimit + 1, 0, 0, 0));
    }

    /// <inheritdoc/>
    public SystemCallResult GetMemoryPolicy(out MemoryPolicy? policy)
    {
        policy = null;
        if (Numbers is not { } numbers)
        {
            return SystemCallResult.NotOffered;
        }

        var mode = 0;
        var mask = stackalloc ulong[NodeMaskBytes / sizeof(ulong)];
        var result = Answer(PlacementCalls.Call(numbers.GetMemoryPolicy, (nint)(&mode), (nint)mask, NodeLimit, 0, 0, 0));
        if (result.Succeeded)
        {
            policy = new MemoryPolicy((MemoryPolicyMode)(mode & ~PolicyFlags), Members(new ReadOnlySpan<ulong>(mask, NodeMaskBytes / sizeof(ulong))));
        }

        return result;
    }

    /// <inheritdoc/>
    public SystemCallResult QueryPages(ReadOnlySpan<nint> pages, Span<int> nodes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nodes.Length, pages.Length);
        if (Numbers is not { } numbers)
        {
            return SystemCallResult.NotOffered;
        }

        fixed (nint* addresses = pages)
        {
            fixed (int* answers = nodes)
            {
                return Answer(PlacementCalls.Call(numbers.MovePages, 0, pages.Length, (nint)addresses, 0, (nint)answers, 0));
            }
        }
    }

    /// <inheritdoc/>
    public SystemCallResult GetCurrentCore(out int core, out int node)
    {
        (core, node) = (0, 0);
        if (Numbers is not { } numbers)
        {
            return SystemCallResult.NotOffered;
        }

        uint ownCore = 0, ownNode = 0;
        var result = Answer(PlacementCalls.Call(numbers.GetCpu, (nint)(&ownCore), (nint)(&ownNode), 0, 0, 0, 0));
        (core, node) = ((int)ownCore, (int)ownNode);
        return result;
    }

    private static SystemCallResult Answer(nint returned) => new(returned >= 0 ? 0 : Marshal.GetLastPInvokeError());

    // An empty mask and a number that no kernel has are not the kernel's to refuse: the mask cannot say them.
    private static bool TrySet(Span<ulong> mask, IReadOnlyList<int> members, int limit)
    {
        mask.Clear();
        foreach (var member in members)
        {
            if (member < 0 || member >= limit)
            {
                return false;
            }

            mask[member / 64] |= 1UL << (member % 64);
        }

        return true;
    }

    private static List<int> Members(ReadOnlySpan<ulong> mask)
    {
        var members = new List<int>();
        for (var word = 0; word < mask.Length; word++)
        {
            for (var rest = mask[word]; rest != 0; rest &= rest - 1)
            {
                members.Add((word * 64) + BitOperations.TrailingZeroCount(rest));
            }
        }

        return members;
    }
}
