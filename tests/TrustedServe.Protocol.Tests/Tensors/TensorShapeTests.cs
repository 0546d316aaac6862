using System.Numerics;
using CsCheck;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Protocol.Tests.Tensors;

public sealed class TensorShapeTests
{
    private static readonly Gen<long[]> Shapes = Gen.OneOf(Gen.Long[0, 9], Gen.Long[-2, 1L << 41], Gen.Long).Array[0, 10];

    [Fact]
    public void AnyShape_HasItsTrueProductOrIsRefused() => Shapes.Sample(shape =>
    {
        var product = shape.Aggregate(BigInteger.One, (all, dimension) => all * dimension);
        var withoutZeros = shape.Aggregate(BigInteger.One, (all, dimension) => all * Math.Max(dimension, 1));
        var allowed = shape.Length <= TensorShape.MaxRank && shape.All(dimension => dimension >= 0) && withoutZeros <= BigInteger.One << 40;
        if (allowed)
        {
            Assert.Equal(product, TensorShape.ElementCount(shape, "t"));
        }
        else
        {
            Assert.Equal(TsfErrors.InvalidTensor, Assert.Throws<TsfException>(() => TensorShape.ElementCount(shape, "t")).Error);
        }
    });

    [Fact]
    public void AnyShape_MatchesItself_AndItselfWithOpenDimensions() =>
        Gen.Select(Gen.Long[0, 9].Array[0, 8], Gen.Int[0, 255]).Sample((shape, open) =>
        {
            long[] declared = [.. shape.Select((dimension, i) => (open >> i & 1) == 1 ? -1 : dimension)];
            Assert.True(TensorShape.Matches(shape, declared));
            Assert.False(TensorShape.Matches([.. shape, 1], declared));
        });

    [Fact]
    public void Rejects_AZeroBesideAnOverflow() =>
        Assert.Throws<TsfException>(() => TensorShape.ElementCount([1L << 62, 1L << 62, 0], "t"));

    [Fact]
    public void OtherDimension_DoesNotMatch() => Assert.False(TensorShape.Matches([2, 3], [-1, 4]));

    [Fact]
    public void Format_IsForPeople() => Assert.Equal("[-1,128]", TensorShape.Format([-1, 128]));
}
