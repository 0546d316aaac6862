using CsCheck;
using Google.Protobuf;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Tensors;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Tensors;

public sealed class TypedContentsTests
{
    [Fact]
    public void AnyIntegers_BecomeRawOrAreRefused_NeverCut() =>
        Gen.Select(Gen.Int.Array[0, 8], Gen.OneOf(Gen.Const(Datatype.Int8), Gen.Const(Datatype.Int16), Gen.Const(Datatype.Int32))).Sample((values, datatype) =>
        {
            var contents = new InferTensorContents();
            contents.IntContents.AddRange(values);
            var (least, most) = datatype switch
            {
                Datatype.Int8 => (sbyte.MinValue, sbyte.MaxValue),
                Datatype.Int16 => (short.MinValue, short.MaxValue),
                _ => (int.MinValue, int.MaxValue),
            };
            if (values.Any(value => value < least || value > most))
            {
                Assert.Throws<TsfException>(() => TypedContents.ToRaw(contents, datatype, "t"));
                return;
            }

            var expected = datatype switch
            {
                Datatype.Int8 => Requests.Raw([.. values.Select(value => (sbyte)value)]),
                Datatype.Int16 => Requests.Raw([.. values.Select(value => (short)value)]),
                _ => Requests.Raw(values),
            };
            Assert.Equal(expected, TypedContents.ToRaw(contents, datatype, "t"));
        });

    [Fact]
    public void AnyFloats_KeepEveryBit() =>
        Gen.Select(Gen.Float.Array[0, 8], Gen.Double.Array[0, 8]).Sample((singles, doubles) =>
        {
            var contents = new InferTensorContents();
            contents.Fp32Contents.AddRange(singles);
            Assert.Equal(Requests.Raw(singles), TypedContents.ToRaw(contents, Datatype.Fp32, "t"));
            contents = new InferTensorContents();
            contents.Fp64Contents.AddRange(doubles);
            Assert.Equal(Requests.Raw(doubles), TypedContents.ToRaw(contents, Datatype.Fp64, "t"));
        });

    [Fact]
    public void AnyByteStrings_BecomeElementsWithTheirLengths() =>
        Gen.Byte.Array[0, 20].Array[0, 10].Sample(elements =>
        {
            var contents = new InferTensorContents();
            contents.BytesContents.AddRange(elements.Select(element => ByteString.CopyFrom(element)));
            Assert.Equal(Requests.Bytes(elements), TypedContents.ToRaw(contents, Datatype.Bytes, "t"));
        });

    [Fact]
    public void UnsignedAndLongFields_BecomeRaw()
    {
        var contents = new InferTensorContents { BoolContents = { true, false } };
        Assert.Equal([1, 0], TypedContents.ToRaw(contents, Datatype.Bool, "t"));
        contents = new InferTensorContents { UintContents = { 0, 255 } };
        Assert.Equal([0, 255], TypedContents.ToRaw(contents, Datatype.Uint8, "t"));
        Assert.Equal(Requests.Raw<ushort>(0, 255), TypedContents.ToRaw(contents, Datatype.Uint16, "t"));
        Assert.Equal(Requests.Raw<uint>(0, 255), TypedContents.ToRaw(contents, Datatype.Uint32, "t"));
        contents = new InferTensorContents { Uint64Contents = { ulong.MaxValue } };
        Assert.Equal(Requests.Raw(ulong.MaxValue), TypedContents.ToRaw(contents, Datatype.Uint64, "t"));
        contents = new InferTensorContents { Int64Contents = { long.MinValue } };
        Assert.Equal(Requests.Raw(long.MinValue), TypedContents.ToRaw(contents, Datatype.Int64, "t"));
    }

    [Fact]
    public void Rejects_ValuesInTheFieldOfAnotherDatatype() =>
        Assert.Throws<TsfException>(() => TypedContents.ToRaw(new InferTensorContents { Int64Contents = { 1 } }, Datatype.Int32, "t"));

    [Theory]
    [InlineData(Datatype.Fp16)]
    [InlineData(Datatype.Bf16)]
    public void Rejects_DatatypesWithoutTypedForm(Datatype datatype) =>
        Assert.Throws<TsfException>(() => TypedContents.ToRaw(new InferTensorContents { Fp32Contents = { 1 } }, datatype, "t"));
}
