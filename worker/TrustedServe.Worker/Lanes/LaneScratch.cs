using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace TrustedServe.Worker.Lanes;

/// <summary>Native memory of a lane that is used again for every request: the engine reads inputs from it, the garbage collector never sees it.</summary>
internal sealed unsafe class LaneScratch : IDisposable
{
    // A cache line; also the widest vector that the engine's kernels load.
    private const int Alignment = 64;

    // What one unusually large request took is given back afterwards.
    private const int KeptBytes = 4 << 20;

    private byte* memory;
    private int capacity;

    /// <summary>Room for <paramref name="bytes"/> bytes, valid until the next call; its content is undefined.</summary>
    public Span<byte> Take(int bytes)
    {
        if (bytes > capacity || capacity > KeptBytes)
        {
            NativeMemory.AlignedFree(memory);
            memory = null;
            capacity = 0;
            var size = (int)Math.Min(Array.MaxLength, Math.Max(4096, (long)bytes * 5 / 4));
            memory = (byte*)NativeMemory.AlignedAlloc((nuint)size, Alignment);
            capacity = size;
        }

        return new Span<byte>(memory, bytes);
    }

    /// <summary>A part of what <see cref="Take"/> gave, as the engine takes it: it does not move, and stays until the next call of that.</summary>
    public static OrtValue Wrap(Span<byte> tensor, TensorElementType datatype, long[] shape)
    {
        fixed (byte* address = tensor)
        {
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, datatype, shape, (nint)address, tensor.Length);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);
        memory = null;
        capacity = 0;
    }
}
