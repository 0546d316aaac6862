using TrustedServe.Attestation.Tests.Tdx.Reports;

namespace TrustedServe.Cli.Tests.Attest;

public sealed class AttestEvidenceTests : IDisposable
{
    private readonly AttestCase test = new();

    public void Dispose() => test.Dispose();

    [Theory]
    [InlineData("c0ffee")]
    [InlineData(null)]
    public async Task Quote_of_the_kernel_is_written_and_verifies_with_the_report_data_that_was_asked_for(string? asked)
    {
        var model = new TsmModel { Report = input => new Attestation.Tests.Tdx.Synthetic.SyntheticQuote { EditBody = body => input.CopyTo(body, 520) }.Build() };
        using var configfs = FuseConfigfs.Mount(model);
        string[] options = asked is null ? [] : ["--report-data", asked];
        var (taken, answer) = await test.JsonAsync(["evidence", "--report-root", configfs.Root, "--out", test.Path("taken.dat"), "--event-log", test.Write("CCEL", [1, 2, 3]), .. options]);
        Assert.Equal(0, taken);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(answer.GetProperty("eventLog").GetString()!));
        var bound = answer.GetProperty("reportData").GetString()!;
        Assert.Equal(asked?.Length ?? 128, bound.Length);
        Assert.Empty(model.Names);

        var arguments = test.Synthetic();
        arguments[0] = test.Path("taken.dat");
        Assert.Equal(0, (await test.RunAsync(["verify", .. arguments, "--report-data", bound])).ExitCode);
        Assert.Equal(1, (await test.RunAsync(["verify", .. arguments, "--report-data", "00"])).ExitCode);
    }

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
