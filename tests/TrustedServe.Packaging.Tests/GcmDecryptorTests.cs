using System.Security.Cryptography;
using CsCheck;
using TrustedServe.Packaging.Sealing;

namespace TrustedServe.Packaging.Tests;

/// <summary>The packages' own AES-256-GCM beside the platform's.</summary>
public sealed class GcmDecryptorTests
{
    private static readonly Gen<byte[]> Keys = Gen.Byte.Array[32];
    private static readonly Gen<byte[]> Nonces = Gen.Byte.Array[GcmDecryptor.NonceSize];

    // Sixteen blocks are decrypted at once; lengths on all sides of that.
    private static readonly Gen<byte[]> Plaintexts = Gen.OneOf(
        Gen.Byte.Array[0, 40],
        Gen.Byte.Array[240, 272],
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 256], Gen.Int).Select((groups, rest, seed) => SamplePackage.Bytes((groups * 256) + rest, seed)),
        Gen.Select(Gen.Int[SegmentLayout.OtherPlaintext - 20, SegmentLayout.SegmentSize], Gen.Int).Select((length, seed) => SamplePackage.Bytes(length, seed)));

    [Fact]
    public void What_the_platform_encrypts_decrypts_to_the_same_plaintext()
    {
        SkipWithoutInstructions();
        Gen.Select(Keys, Nonces, Plaintexts).Sample((key, nonce, plaintext) =>
        {
            var (ciphertext, tag) = Encrypt(key, nonce, plaintext);
            using var decryptor = new GcmDecryptor(key);
            for (var time = 0; time < 2; time++)
            {
                var decrypted = new byte[plaintext.Length];
                Assert.True(decryptor.TryDecrypt(nonce, ciphertext, tag, decrypted));
                Assert.Equal(plaintext, decrypted);
            }
        });
    }

    [Fact]
    public void One_changed_bit_of_ciphertext_tag_nonce_or_key_is_refused_and_leaves_no_plaintext()
    {
        SkipWithoutInstructions();
        Gen.Select(Keys, Nonces, Plaintexts, Gen.Int[0, 3], Gen.Int[0, int.MaxValue]).Sample((key, nonce, plaintext, what, where) =>
        {
            var (ciphertext, tag) = Encrypt(key, nonce, plaintext);
            byte[][] parts = [ciphertext, tag, nonce, key];
            var part = parts[what].Length == 0 ? tag : parts[what];
            part[where / 8 % part.Length] ^= (byte)(1 << (where % 8));
            using var decryptor = new GcmDecryptor(key);
            var decrypted = SamplePackage.Bytes(plaintext.Length, 1);
            Assert.False(decryptor.TryDecrypt(nonce, ciphertext, tag, decrypted));
            Assert.All(decrypted, value => Assert.Equal(0, value));
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(4_096)]
    public void Ciphertext_that_is_cut_or_longer_is_refused(int length)
    {
        SkipWithoutInstructions();
        var (key, nonce) = (SamplePackage.Bytes(32, 1), SamplePackage.Bytes(GcmDecryptor.NonceSize, 2));
        var (ciphertext, tag) = Encrypt(key, nonce, SamplePackage.Bytes(length + 1, 3));
        using var decryptor = new GcmDecryptor(key);
        Assert.True(decryptor.TryDecrypt(nonce, ciphertext, tag, new byte[length + 1]));
        Assert.False(decryptor.TryDecrypt(nonce, ciphertext.AsSpan(0, length), tag, new byte[length]));
        Assert.False(decryptor.TryDecrypt(nonce, [.. ciphertext, 0], tag, new byte[length + 2]));
    }

    [Fact]
    public void Sizes_that_are_none_and_use_after_disposal_are_errors()
    {
        SkipWithoutInstructions();
        Assert.Throws<ArgumentOutOfRangeException>(() => new GcmDecryptor(new byte[16]));
        var decryptor = new GcmDecryptor(new byte[32]);
        Assert.Throws<ArgumentOutOfRangeException>(() => decryptor.TryDecrypt(new byte[11], [], new byte[16], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => decryptor.TryDecrypt(new byte[12], [], new byte[15], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => decryptor.TryDecrypt(new byte[12], new byte[3], new byte[16], new byte[2]));
        decryptor.Dispose();
        decryptor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => decryptor.TryDecrypt(new byte[12], [], new byte[16], []));
    }

    private static void SkipWithoutInstructions()
    {
        if (!GcmDecryptor.IsSupported)
        {
            Assert.Skip("This processor has no VPCLMULQDQ for 512 bits.");
        }
    }

    private static (byte[] Ciphertext, byte[] Tag) Encrypt(byte[] key, byte[] nonce, byte[] plaintext)
    {
        using var aes = new AesGcm(key, GcmDecryptor.TagSize);
        var (ciphertext, tag) = (new byte[plaintext.Length], new byte[GcmDecryptor.TagSize]);
        aes.Encrypt(nonce, plaintext, ciphertext, tag);
        return (ciphertext, tag);
    }
}
