using TrustedServe.Cli.Hosting;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Tests;

public sealed class LogEventTests
{
    [Fact]
    public void Reads_id_level_message_and_parameters()
    {
        var line = LogEvent.Parse("""{"EventId":2101,"LogLevel":"Information","Category":"c","Message":"m","State":{"Model":"digits","Seconds":1.5,"{OriginalFormat}":"x"}}""");
        Assert.Equal((2101, "Information", "m", "digits", 1.5), (line.Id, line.Level, line.Message, line["Model"], line.Number("Seconds")));
        Assert.Equal("", line["absent"]);
    }

    [Theory]
    [InlineData("plain text")]
    [InlineData("{not json")]
    [InlineData("{\"EventId\":\"text\"}")]
    [InlineData("")]
    public void Any_other_line_is_kept_as_it_is(string text)
    {
        var line = LogEvent.Parse(text);
        Assert.Equal((0, text, text), (line.Id, line.Message, line.Raw));
    }

    [Fact]
    public void Failed_start_shows_code_and_reason_with_markup_escaped()
    {
        var line = LogEvent.Parse("""{"EventId":2101,"LogLevel":"Error","Message":"m","State":{"Model":"a","Version":"1","Phase":"Failed","Seconds":0.1,"Code":"TSF1005","Reason":"[x] broke"}}""");
        var shown = StartProgress.Describe(line);
        Assert.Contains("TSF1005", shown, StringComparison.Ordinal);
        Assert.Contains("[[x]] broke", shown, StringComparison.Ordinal);
    }
}
