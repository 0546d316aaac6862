using System.Runtime.InteropServices;

namespace TrustedServe.Packaging.Files;

/// <summary>Megabytes of plaintext outside the managed heap: zeroed on disposal, and given back to the system at once.</summary>
internal sealed unsafe partial class NativeBuffer : IDisposable
{
    // Large pages begin at multiples of 2 MiB.
    private const int Alignment = 2 << 20;
    private const int AdviseHugePage = 14;

    private readonly int length;
    private byte* memory;

    public NativeBuffer(int length)
    {
        this.length = length;
        memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);

        // Spares thousands of page faults; a system that has no large pages to give says so, and nothing is lost.
        _ = Advise((nint)memory, (nuint)(length & -Alignment), AdviseHugePage);
    }

    ~NativeBuffer() => Free();

    public int Length => length;

    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(memory is null, this);
            return new Span<byte>(memory, length);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (memory is not null)
        {
            NativeMemory.Clear(memory, (nuint)length);
            NativeMemory.AlignedFree(memory);
            memory = null;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
