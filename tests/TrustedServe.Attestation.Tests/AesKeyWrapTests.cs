using System.Security.Cryptography;
using CsCheck;
using TrustedServe.Attestation.Jose;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests;

public sealed class AesKeyWrapTests
{
    // RFC 3394, sections 4.1, 4.3 and 4.6.
    [Theory]
    [InlineData("000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF", "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF", "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F", "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")]
    public void Equals_the_published_vectors(string wrappingKey, string key, string wrapped)
    {
        Assert.Equal(wrapped, Convert.ToHexString(AesKeyWrap.Wrap(Convert.FromHexString(wrappingKey), Convert.FromHexString(key))));
        var unwrapped = new byte[key.Length / 2];
        AesKeyWrap.Unwrap(Convert.FromHexString(wrappingKey), Convert.FromHexString(wrapped), unwrapped);
        Assert.Equal(key, Convert.ToHexString(unwrapped));
    }

    [Fact]
    public void Any_key_comes_back_and_any_flipped_bit_is_refused() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32], Gen.Int[0, 40 * 8 - 1]).Sample(
            (wrappingKey, key, bit) =>
            {
                var wrapped = AesKeyWrap.Wrap(wrappingKey, key);
                var unwrapped = new byte[32];
                AesKeyWrap.Unwrap(wrappingKey, wrapped, unwrapped);
                Assert.Equal(key, unwrapped);

                wrapped[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Equal(TsfErrors.MalformedJwe, Assert.Throws<TsfException>(() => AesKeyWrap.Unwrap(wrappingKey, wrapped, unwrapped)).Error);
                Assert.Equal(new byte[32], unwrapped);
            },
            iter: 2_000);

    [Theory]
    [InlineData(0, 32)]
    [InlineData(39, 32)]
    [InlineData(41, 32)]
    [InlineData(16, 8)]
    [InlineData(8, 0)]
    public void Rejects_wrong_lengths(int wrapped, int key) =>
        Assert.Throws<TsfException>(() => AesKeyWrap.Unwrap(RandomNumberGenerator.GetBytes(32), new byte[wrapped], new byte[key]));
}
