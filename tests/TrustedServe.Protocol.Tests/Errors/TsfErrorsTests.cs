using System.Reflection;
using System.Text.RegularExpressions;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Tests.Errors;

public sealed partial class TsfErrorsTests
{
    private static readonly ErrorCode[] Fields = [.. typeof(TsfErrors)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(ErrorCode))
        .Select(field => (ErrorCode)field.GetValue(null)!)];

    [Fact]
    public void Codes_AreUnique() => Assert.Equal(Fields.Length, Fields.Select(error => error.Code).Distinct().Count());

    [Fact]
    public void Codes_AreTsfAndFourDigits() => Assert.All(Fields, error => Assert.Matches(Form(), error.Code));

    [Fact]
    public void EveryError_HasAStatusATitleAndARemedy() => Assert.All(Fields, error =>
    {
        Assert.InRange(error.HttpStatus, 400, 599);
        Assert.False(error.Title.Length < 5 || error.Title.EndsWith('.'), $"{error.Code} title: {error.Title}");
        Assert.True(error.Remedy.Length >= 10 && error.Remedy.EndsWith('.'), $"{error.Code} remedy: {error.Remedy}");
    });

    [Fact]
    public void All_ListsThemByCode_AndFindFindsThem()
    {
        Assert.Equal(Fields.Select(error => error.Code).Order(StringComparer.Ordinal), TsfErrors.All.Select(error => error.Code));
        Assert.All(Fields, error => Assert.Same(error, TsfErrors.Find(error.Code)));
        Assert.Null(TsfErrors.Find("TSF9999"));
        Assert.Null(TsfErrors.Find(null));
    }

    [Fact]
    public void With_CarriesCodeMessageAndCause()
    {
        var cause = new IOException("cause");
        var exception = TsfErrors.NoSpace.With("The volume is full.", cause);
        Assert.Equal(("TSF0006", "The volume is full.", cause), (exception.Code, exception.Message, exception.InnerException));
    }

    [GeneratedRegex(@"\ATSF[0-7]\d{3}\z")]
    private static partial Regex Form();
}
