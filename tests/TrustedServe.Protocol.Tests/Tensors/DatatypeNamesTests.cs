using CsCheck;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Protocol.Tests.Tensors;

public sealed class DatatypeNamesTests
{
    [Fact]
    public void EveryDatatype_IsReadByItsName() => Assert.All(Enum.GetValues<Datatype>(), datatype =>
    {
        Assert.True(DatatypeNames.TryParse(datatype.Name(), out var seen));
        Assert.Equal(datatype, seen);
        Assert.Equal(datatype == Datatype.Bytes ? 0 : int.Parse(new string([.. datatype.Name().Where(char.IsDigit)]).PadLeft(1, '8')) / 8, datatype.ElementSize());
    });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("fp32")]
    [InlineData("FP32 ")]
    [InlineData("FLOAT")]
    [InlineData("0")]
    public void Rejects_OtherNames(string? name) => Assert.False(DatatypeNames.TryParse(name, out _));

    [Fact]
    public void AnyText_IsADatatypeOnlyByItsExactName() => Gen.String[0, 8].Sample(text =>
        Assert.Equal(Enum.GetValues<Datatype>().Any(datatype => datatype.Name() == text), DatatypeNames.TryParse(text, out _)));
}
