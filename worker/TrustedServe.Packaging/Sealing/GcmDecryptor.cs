using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace TrustedServe.Packaging.Sealing;

/// <summary>
/// Decrypts AES-256-GCM (NIST SP 800-38D, nonces of 96 bits, tags of 128, no associated data) a third faster than the platform.
/// For plaintext alone whose digests are compared before it is used: then a wrong result could only refuse a package. Everything
/// else is encrypted and decrypted by the platform. For one thread at a time.
/// </summary>
internal sealed unsafe class GcmDecryptor : IDisposable
{
    public const int NonceSize = 12;
    public const int TagSize = 16;

    private const int BlockSize = Aes256Counter.BlockSize;
    private const int BytesAtOnce = Ghash.BlocksAtOnce * BlockSize;
    private const int KeySize = 32;
    private const int MemorySize = (Ghash.BlocksAtOnce + Aes256Counter.KeyCount) * BlockSize;
    private const int Alignment = 64;

    private Vector512<ulong>* powers;

    public GcmDecryptor(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        powers = (Vector512<ulong>*)NativeMemory.AlignedAlloc(MemorySize, Alignment);
        Aes256Counter.ExpandKey(key, Keys);
        Ghash.ExpandKey(Aes256Counter.Encrypt(Keys, Vector128<byte>.Zero), (Vector128<ulong>*)powers);
    }

    ~GcmDecryptor() => Free();

    /// <summary>Whether this processor has the instructions.</summary>
    public static bool IsSupported => Aes.IsSupported && Ghash.IsSupported;

    private Vector128<byte>* Keys => (Vector128<byte>*)(powers + Ghash.VectorsAtOnce);

    private Vector128<ulong> HashKey => ((Vector128<ulong>*)powers)[Ghash.BlocksAtOnce - 1];

    /// <summary>Writes the plaintext, or zeroes and returns false when the tag is another.</summary>
    /// <param name="nonce">12 bytes.</param>
    /// <param name="ciphertext">Any number of bytes.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="plaintext">As many bytes as the ciphertext has; not part of it.</param>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        ObjectDisposedException.ThrowIf(powers is null, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, TagSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(plaintext.Length, ciphertext.Length);
        var words = MemoryMarshal.Cast<byte, uint>(nonce);
        var counter = Vector128.Create(words[0], words[1], words[2], 1);
        var mask = Aes256Counter.Encrypt(Keys, Aes256Counter.Block(counter));
        var hash = Vector128<ulong>.Zero;
        fixed (byte* from = ciphertext)
        fixed (byte* to = plaintext)
        {
            var whole = ciphertext.Length / BytesAtOnce * BytesAtOnce;
            DecryptMany(ref counter, ref hash, from, to, whole);
            DecryptRest(ref counter, ref hash, from + whole, to + whole, ciphertext.Length - whole);
        }

        hash = Ghash.Multiply(hash ^ Vector128.Create((ulong)ciphertext.Length * 8, 0), HashKey);
        Span<byte> expected = stackalloc byte[TagSize];
        (Ghash.Reverse(hash.AsByte()) ^ mask).CopyTo(expected);
        if (CryptographicOperations.FixedTimeEquals(expected, tag))
        {
            return true;
        }

        plaintext.Clear();
        return false;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    // Runs once for a whole package: compiled well the first time, and by itself, where what it calls can be inlined.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void DecryptMany(ref Vector128<uint> counter, ref Vector128<ulong> hash, byte* from, byte* to, int size)
    {
        var (keys, next, sum) = ((nint)Keys, counter, hash);
        Vector512<ulong> h0 = powers[0], h1 = powers[1], h2 = powers[2], h3 = powers[3];
        for (; size > 0; size -= BytesAtOnce, from += BytesAtOnce, to += BytesAtOnce)
        {
            sum = Ghash.Sixteen(sum, from, h0, h1, h2, h3);
            for (var half = 0; half < BytesAtOnce; half += BytesAtOnce / 2)
            {
                next = Aes256Counter.DecryptEight((Vector128<byte>*)keys, next, from + half, to + half);
            }
        }

        (counter, hash) = (next, sum);
    }

    private void DecryptRest(ref Vector128<uint> counter, ref Vector128<ulong> hash, byte* from, byte* to, int size)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        while (size > 0)
        {
            var part = Math.Min(size, BlockSize);
            block.Clear();
            new ReadOnlySpan<byte>(from, part).CopyTo(block);
            var read = Vector128.Create<byte>(block);
            counter = Aes256Counter.Plus(counter, 1);
            (read ^ Aes256Counter.Encrypt(Keys, Aes256Counter.Block(counter))).CopyTo(block);
            block[..part].CopyTo(new Span<byte>(to, part));
            hash = Ghash.Multiply(hash ^ Ghash.Reverse(read).AsUInt64(), HashKey);
            from += part;
            to += part;
            size -= part;
        }

        CryptographicOperations.ZeroMemory(block);
    }

    private void Free()
    {
        if (powers is not null)
        {
            NativeMemory.Clear(powers, MemorySize);
            NativeMemory.AlignedFree(powers);
            powers = null;
        }
    }
}
