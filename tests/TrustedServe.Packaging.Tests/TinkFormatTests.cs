using System.Buffers.Binary;
using System.Security.Cryptography;
using TrustedServe.Packaging.Rows;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Tests;

/// <summary>
/// The stream against a second implementation of AES256-GCM-HKDF-1MB, written from the description of the format alone and
/// without any code of the project.
/// </summary>
public sealed class TinkFormatTests
{
    private const int Ciphertext = 1_048_576;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_048_520)]
    [InlineData(1_048_521)]
    [InlineData(2_097_080)]
    [InlineData(2_097_081)]
    [InlineData(5_000_000)]
    public async Task Sealed_stream_opens_with_an_independent_reader(int size)
    {
        using var fixture = await SealedFixture.CreateAsync(Math.Max(1, size));
        var whole = fixture.Whole;
        var associatedData = whole[..(12 + fixture.EnvelopeLength)];
        var plaintext = Decrypt(SamplePackage.Bytes(32, 3), whole[fixture.StreamOffset..], associatedData);
        Assert.Equal(SealedFixture.Archive(fixture.Package.ManifestBytes, SamplePackage.Bytes(3, 2), SamplePackage.Bytes(Math.Max(1, size), 1)), plaintext);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_048_520)]
    [InlineData(1_048_521)]
    [InlineData(2_097_080)]
    [InlineData(2_097_081)]
    [InlineData(5_000_000)]
    public async Task Independently_sealed_stream_opens(int size)
    {
        var mainKey = SamplePackage.Bytes(32, 4);
        var plaintext = SamplePackage.Bytes(size, 5);
        byte[] associatedData = [1, 2, 3];
        using var key = new SecretBuffer(mainKey);
        using var rows = SealedRows.OpenRead(new MemoryStream(Encrypt(mainKey, plaintext, associatedData)), associatedData, key);
        using var seen = new MemoryStream();
        await rows.CopyToAsync(seen);
        Assert.Equal(plaintext, seen.ToArray());
    }

    private static byte[] Decrypt(byte[] mainKey, byte[] stream, byte[] associatedData)
    {
        Assert.Equal(40, stream[0]);
        using var aes = new AesGcm(HKDF.DeriveKey(HashAlgorithmName.SHA256, mainKey, 32, stream[1..33], associatedData), 16);
        using var output = new MemoryStream();
        var position = 40;
        for (uint number = 0; position < stream.Length || number == 0; number++)
        {
            var end = Math.Min(stream.Length, (int)(number + 1) * Ciphertext);
            var segment = stream[position..end];
            var plaintext = new byte[segment.Length - 16];
            aes.Decrypt(Nonce(stream[33..40], number, end == stream.Length), segment[..^16], segment[^16..], plaintext);
            output.Write(plaintext);
            position = end;
        }

        return output.ToArray();
    }

    private static byte[] Encrypt(byte[] mainKey, byte[] plaintext, byte[] associatedData)
    {
        var header = RandomNumberGenerator.GetBytes(40);
        header[0] = 40;
        using var aes = new AesGcm(HKDF.DeriveKey(HashAlgorithmName.SHA256, mainKey, 32, header[1..33], associatedData), 16);
        using var output = new MemoryStream();
        output.Write(header);
        var position = 0;
        for (uint number = 0; position < plaintext.Length || number == 0; number++)
        {
            var end = Math.Min(plaintext.Length, position + (number == 0 ? 1_048_520 : 1_048_560));
            var segment = new byte[end - position];
            var tag = new byte[16];
            aes.Encrypt(Nonce(header[33..40], number, end == plaintext.Length), plaintext[position..end], segment, tag);
            output.Write(segment);
            output.Write(tag);
            position = end;
        }

        return output.ToArray();
    }

    private static byte[] Nonce(byte[] prefix, uint number, bool last)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, number);
        return [.. prefix, .. counter, last ? (byte)1 : (byte)0];
    }
}
