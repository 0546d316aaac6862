using System.Buffers.Binary;
using System.Security.Cryptography;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Jose;

/// <summary>AES key wrap without padding (RFC 3394), which the framework does not offer (it has the padded form of RFC 5649).</summary>
internal static class AesKeyWrap
{
    /// <summary>How much longer the wrapped form is.</summary>
    public const int Overhead = 8;

    private const ulong InitialValue = 0xA6A6A6A6A6A6A6A6;
    private const int Rounds = 6;

    /// <summary>Wraps a key of 16 bytes or more in whole 8-byte blocks.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 16);
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length % 8, 0);
        var output = new byte[key.Length + Overhead];
        key.CopyTo(output.AsSpan(8));
        var blocks = key.Length / 8;
        Span<byte> block = stackalloc byte[16];
        using var aes = Aes.Create();
        aes.SetKey(wrappingKey);

        var register = InitialValue;
        for (var step = 1; step <= Rounds * blocks; step++)
        {
            var slot = output.AsSpan(8 * (((step - 1) % blocks) + 1), 8);
            BinaryPrimitives.WriteUInt64BigEndian(block, register);
            slot.CopyTo(block[8..]);
            aes.EncryptEcb(block, block, PaddingMode.None);
            register = BinaryPrimitives.ReadUInt64BigEndian(block) ^ (ulong)step;
            block[8..].CopyTo(slot);
        }

        CryptographicOperations.ZeroMemory(block);
        BinaryPrimitives.WriteUInt64BigEndian(output, register);
        return output;
    }

    /// <summary>Unwraps into <paramref name="key"/>, which is zeroed again when the integrity check fails.</summary>
    /// <exception cref="TsfException">TSF3010 when the length or the check (in constant time) is wrong.</exception>
    public static void Unwrap(ReadOnlySpan<byte> wrappingKey, ReadOnlySpan<byte> wrapped, Span<byte> key)
    {
        if (wrapped.Length != key.Length + Overhead || key.Length < 16 || key.Length % 8 != 0)
        {
            throw TsfErrors.MalformedJwe.With("A wrapped key has the wrong length.");
        }

        wrapped[8..].CopyTo(key);
        var blocks = key.Length / 8;
        Span<byte> block = stackalloc byte[16];
        Span<byte> expected = stackalloc byte[8];
        using var aes = Aes.Create();
        aes.SetKey(wrappingKey);

        var register = BinaryPrimitives.ReadUInt64BigEndian(wrapped);
        for (var step = Rounds * blocks; step >= 1; step--)
        {
            var slot = key.Slice(8 * ((step - 1) % blocks), 8);
            BinaryPrimitives.WriteUInt64BigEndian(block, register ^ (ulong)step);
            slot.CopyTo(block[8..]);
            aes.DecryptEcb(block, block, PaddingMode.None);
            register = BinaryPrimitives.ReadUInt64BigEndian(block);
            block[8..].CopyTo(slot);
        }

        BinaryPrimitives.WriteUInt64BigEndian(block, register);
        BinaryPrimitives.WriteUInt64BigEndian(expected, InitialValue);
        var intact = CryptographicOperations.FixedTimeEquals(block[..8], expected);
        CryptographicOperations.ZeroMemory(block);
        if (!intact)
        {
            CryptographicOperations.ZeroMemory(key);
            throw TsfErrors.MalformedJwe.With("A wrapped key does not unwrap: it was made for another key, or changed.");
        }
    }
}
