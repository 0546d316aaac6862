using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TrustedServe.Attestation.Jose;

/// <summary>The one-round Concat KDF of RFC 7518 4.6.2 with SHA-256: 256 bits from an ECDH secret.</summary>
internal static class ConcatKdf
{
    /// <summary>Length of the result.</summary>
    public const int KeyBytes = 32;

    /// <summary>Derives the key for <paramref name="algorithm"/> with empty party information.</summary>
    public static void Derive(ReadOnlySpan<byte> secret, string algorithm, Span<byte> key)
    {
        var id = Encoding.ASCII.GetBytes(algorithm);
        Span<byte> number = stackalloc byte[4];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, number, 1);
        hash.AppendData(secret);
        Append(hash, number, id.Length);
        hash.AppendData(id);
        Append(hash, number, 0);
        Append(hash, number, 0);
        Append(hash, number, KeyBytes * 8);
        hash.GetHashAndReset(key);
    }

    private static void Append(IncrementalHash hash, Span<byte> buffer, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(buffer, value);
        hash.AppendData(buffer);
    }
}
