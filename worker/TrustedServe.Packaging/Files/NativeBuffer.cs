using System.Runtime.InteropServices;

namespace TrustedServe.Packaging.Files;

/// <summary>Megabytes of plaintext outside the managed heap: zeroed on disposal, and given back to the system at once.</summary>
internal sealed unsafe class NativeBuffer(int length) : IDisposable
{
    // Large pages, where the system gives them unasked, begin at multiples of 2 MiB.
    private const int Alignment = 2 << 20;

    private byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);

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
}
