using System.Security.Cryptography;

namespace TrustedServe.Protocol.Secrets;

/// <summary>
/// Secret bytes in an array that the garbage collector never moves (so no copy stays behind) and that is zeroed on disposal.
/// It prints as its length only.
/// </summary>
public sealed class SecretBuffer : IDisposable
{
    private readonly byte[] bytes;
    private bool disposed;

    /// <summary>Creates a zeroed buffer of <paramref name="length"/> bytes.</summary>
    public SecretBuffer(int length) => bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Copies <paramref name="source"/>; the caller zeroes its own copy.</summary>
    public SecretBuffer(ReadOnlySpan<byte> source)
        : this(source.Length) => source.CopyTo(bytes);

    /// <summary>Length in bytes.</summary>
    public int Length => bytes.Length;

    /// <summary>The bytes, to be read or filled in place; never to be copied to the ordinary heap.</summary>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return bytes;
        }
    }

    /// <summary>A buffer of random bytes from the system's generator.</summary>
    public static SecretBuffer Random(int length)
    {
        var buffer = new SecretBuffer(length);
        RandomNumberGenerator.Fill(buffer.bytes);
        return buffer;
    }

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(bytes);
        disposed = true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Length} secret bytes";
}
