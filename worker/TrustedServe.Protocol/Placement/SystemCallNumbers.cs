using System.Runtime.InteropServices;

namespace TrustedServe.Protocol.Placement;

/// <summary>Numbers of the system calls that have no wrapper in the C library, for one architecture.</summary>
internal sealed record SystemCallNumbers(nint SetMemoryPolicy, nint GetMemoryPolicy, nint MovePages, nint GetCpu)
{
    /// <summary>The numbers; null for an architecture that they are not known for.</summary>
    public static SystemCallNumbers? Of(Architecture architecture) => architecture switch
    {
        Architecture.X64 => new(238, 239, 279, 309),
        Architecture.Arm64 => new(237, 236, 239, 168),
        _ => null,
    };
}
