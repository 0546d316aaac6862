using CsCheck;
using TrustedServe.Protocol.Errors;
using TrustedServe.Worker.Tensors;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Tensors;

public sealed class BytesElementsTests
{
    [Fact]
    public void AnyElements_AreReadAsWritten() =>
        Gen.Byte.Array[0, 40].Array[0, 20].Sample(elements =>
        {
            ReadOnlySpan<byte> raw = Requests.Bytes(elements);
            BytesElements.Check(raw, elements.Length, "t");
            foreach (var element in elements)
            {
                Assert.True(BytesElements.TryTake(ref raw, out var seen));
                Assert.True(seen.SequenceEqual(element));
            }

            Assert.False(BytesElements.TryTake(ref raw, out _));
        });

    [Fact]
    public void AnyBytes_PassTheCheckOnlyWhenTheyAreExactlySoManyElements() =>
        Gen.Select(Gen.OneOf(Gen.Byte[0, 4], Gen.Byte).Array[0, 40], Gen.Long[0, 10]).Sample((data, count) =>
        {
            var elements = 0L;
            ReadOnlySpan<byte> rest = data;
            while (BytesElements.TryTake(ref rest, out _))
            {
                elements++;
            }

            var exact = rest.IsEmpty && elements == count;
            if (exact)
            {
                BytesElements.Check(data, count, "t");
            }
            else
            {
                Assert.Equal(TsfErrors.InvalidTensor, Assert.Throws<TsfException>(() => BytesElements.Check(data, count, "t")).Error);
            }
        });

    [Theory]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    public void Rejects_CountsThatTheDataCannotHold_WithoutReadingThem(long count) =>
        Assert.Throws<TsfException>(() => BytesElements.Check(new byte[64], count, "t"));

    [Fact]
    public void Rejects_ALengthBeyondIntMaxValue() =>
        Assert.Throws<TsfException>(() => BytesElements.Check([0xFF, 0xFF, 0xFF, 0xFF, 1, 2], 1, "t"));
}
