namespace TrustedServe.Cli.Tests.Attest;

public sealed class AttestEvidenceTests : IDisposable
{
    private readonly AttestCase test = new();

    public void Dispose() => test.Dispose();

    [Fact]
    public async Task Machine_without_TDX_is_told_so_and_nothing_is_written()
    {
        var (exitCode, output) = await test.RunAsync("evidence", "--report-root", test.Path("absent"), "--out", test.Path("quote.dat"));
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF3310", output, StringComparison.Ordinal);
        Assert.Contains("TDX guest", output, StringComparison.Ordinal);
        Assert.False(File.Exists(test.Path("quote.dat")));
    }

    [Fact]
    public async Task Folder_that_is_no_report_interface_gives_no_quote()
    {
        Directory.CreateDirectory(test.Path("plain"));
        var (exitCode, output) = await test.RunAsync("evidence", "--report-root", test.Path("plain"), "--out", test.Path("quote.dat"));
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF33", output, StringComparison.Ordinal);
        Assert.False(File.Exists(test.Path("quote.dat")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("xy")]
    public async Task Report_data_that_is_not_hexadecimal_is_refused(string value)
    {
        var (exitCode, output) = await test.RunAsync("evidence", "--report-root", test.Path("absent"), "--report-data", value);
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF0010", output, StringComparison.Ordinal);
    }
}
