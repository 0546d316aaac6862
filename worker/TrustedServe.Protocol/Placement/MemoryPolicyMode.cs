namespace TrustedServe.Protocol.Placement;

/// <summary>Where the kernel takes the pages that a thread is the first to write; the numbers are the kernel's.</summary>
public enum MemoryPolicyMode
{
    /// <summary>The node of the core that the thread is on at that moment.</summary>
    Default = 0,

    /// <summary>The given node while it has room, then the nearest other one.</summary>
    Preferred = 1,

    /// <summary>The given nodes alone; without room there the process is killed.</summary>
    Bind = 2,

    /// <summary>The given nodes in turn.</summary>
    Interleave = 3,
}
