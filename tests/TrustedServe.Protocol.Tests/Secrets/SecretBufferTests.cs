using System.Runtime.InteropServices;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Protocol.Tests.Secrets;

public sealed class SecretBufferTests
{
    [Fact]
    public unsafe void Dispose_ZeroesTheBytes()
    {
        var buffer = new SecretBuffer("secret"u8);
        ref var first = ref MemoryMarshal.GetReference(buffer.Span);
        var memory = MemoryMarshal.CreateSpan(ref first, buffer.Length);
        Assert.True(memory.SequenceEqual("secret"u8));
        buffer.Dispose();
        Assert.True(memory.SequenceEqual(new byte[6]));
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        buffer.Dispose();
    }

    [Fact]
    public void Text_IsItsLengthOnly() => Assert.Equal("6 secret bytes", new SecretBuffer("secret"u8).ToString());

    [Fact]
    public void Random_FillsDifferently()
    {
        using var first = SecretBuffer.Random(32);
        using var second = SecretBuffer.Random(32);
        Assert.False(first.Span.SequenceEqual(second.Span));
    }

    [Fact]
    public void Bytes_StayWhereTheyAre_WhenTheCollectorCompacts()
    {
        using var buffer = new SecretBuffer(64);
        var before = Address(buffer);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Assert.Equal(before, Address(buffer));
    }

    private static unsafe nint Address(SecretBuffer buffer)
    {
        fixed (byte* address = buffer.Span)
        {
            return (nint)address;
        }
    }
}
