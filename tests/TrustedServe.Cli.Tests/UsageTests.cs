using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests;

public sealed class UsageTests : IDisposable
{
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("serve", "--models", "m", "--insecure-simulated-evidence", "--set", "A=1", "--set", "A=2")]
    [InlineData("serve", "--models", "m", "--insecure-simulated-evidence", "--set", "A")]
    [InlineData("serve", "--models", "m", "--insecure-simulated-evidence", "--set", "Queue:ConnectionString=secret")]
    [InlineData("serve", "--models", "m", "--broker", "nowhere")]
    [InlineData("predict", "m", "--text", "x", "--url", "foo")]
    [InlineData("predict", "m")]
    [InlineData("model", "seal", "p", "--key", "kbs:///a/b/c", "--to", "https://account.invalid/c")]
    [InlineData("model", "seal", "p", "--key", "kbs:///a/b/c")]
    [InlineData("key", "create", "kbs:///a/b/c")]
    [InlineData("key", "put", "kbs:///a/b/c", "--record", "r", "--broker", "http://broker.invalid")]
    public async Task Mistake_on_the_command_line_is_said_with_a_code(params string[] arguments)
    {
        File.WriteAllText(work["r"], "{}");
        var (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], arguments);
        Assert.Equal(1, exitCode);
        Assert.Matches("TSF0010|TSF3101", output);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output.Replace("is a secret", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_is_changed_under_its_key_but_never_replaced_by_another()
    {
        foreach (var name in new[] { "one", "two" })
        {
            Assert.Equal(0, (await RunAsync("key", "create", "kbs:///a/b/c", "--rows", "--model", "m", "--out", work[name])).ExitCode);
        }

        Assert.Equal(0, (await RunAsync("key", "put", "kbs:///a/b/c", "--record", work["one"])).ExitCode);
        Assert.Equal(0, (await RunAsync("key", "put", "kbs:///a/b/c", "--record", work["one"])).ExitCode);
        Assert.Contains("TSF0010", (await RunAsync("key", "put", "kbs:///a/b/c", "--record", work["two"])).Output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(work["one"]));
    }

    [Fact]
    public async Task Of_several_that_create_one_key_at_once_one_succeeds()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync("key", "create", "kbs:///a/b/c", "--rows", "--model", "m")));
        Assert.Single(runs, run => run.ExitCode == 0);
        Assert.All(runs.Where(run => run.ExitCode != 0), run => Assert.Contains("kbs:///a/b/c exists already", run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_with_a_publisher_refuses_what_nobody_signed()
    {
        var digits = Path.Combine(Repository.Samples, "digits");
        Assert.Equal(0, (await RunAsync("key", "publisher", "--out", work["publisher"])).ExitCode);
        Assert.Equal(0, (await RunAsync("model", "pack", Path.Combine(digits, "model.onnx"), "--name", "digits", "--task", "image-classification", "--labels", Path.Combine(digits, "labels.txt"), "--out", work["package"])).ExitCode);
        Assert.Equal(0, (await RunAsync("key", "create", "kbs:///a/b/digits", "--package", work["package"])).ExitCode);
        Assert.Equal(0, (await RunAsync("model", "seal", work["package"], "--key", "kbs:///a/b/digits", "--out", work["digits.tsealed"])).ExitCode);

        var keyless = await RunAsync("model", "verify", work["digits.tsealed"]);
        Assert.Equal(0, keyless.ExitCode);
        Assert.Contains("NOT proven", keyless.Output, StringComparison.Ordinal);

        var whole = await RunAsync("model", "verify", work["digits.tsealed"], "--with-key");
        Assert.Equal(0, whole.ExitCode);
        Assert.Contains("Who made it.", whole.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("That the ciphertext decrypts", whole.Output, StringComparison.Ordinal);

        Assert.Equal(1, (await RunAsync("model", "verify", work["digits.tsealed"], "--publisher", work["publisher.pub"])).ExitCode);
        Assert.Equal(0, (await RunAsync("model", "sign", work["digits.tsealed"], "--sign", work["publisher"])).ExitCode);
        Assert.Equal(0, (await RunAsync("model", "verify", work["digits.tsealed"], "--publisher", work["publisher.pub"])).ExitCode);
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => TrustedServeCommand.RunAsync(work.Path, work["home"], arguments);
}
