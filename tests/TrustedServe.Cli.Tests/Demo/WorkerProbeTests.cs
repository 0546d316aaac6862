using TrustedServe.Cli.Demo;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests.Demo;

public sealed class WorkerProbeTests : IDisposable
{
    private static readonly string Program = Repository.Executable("tests", "TrustedServe.WorkerDouble");
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("matrix", StartStep.Types.Phase.Ready)]
    [InlineData("refused", StartStep.Types.Phase.Failed)]
    public async Task Start_is_followed_to_its_last_step(string model, StartStep.Types.Phase expected) =>
        Assert.Equal(expected, (await WorkerProbe.StartAsync(Program, Config(model), CancellationToken.None)).Phase);

    [Fact]
    public async Task Worker_that_ends_without_a_word_about_its_start_is_an_error_with_its_last_line()
    {
        var exception = await Assert.ThrowsAsync<TsfException>(() => WorkerProbe.StartAsync(Program, Config("dies-at-start"), CancellationToken.None));

        Assert.Equal("The worker ended with exit code 134: native code says its last words", exception.Message);
    }

    [Fact]
    public async Task Following_a_start_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var config = Config("never-ready");
        var following = WorkerProbe.StartAsync(Program, config, cancelled.Token);
        for (var tries = 0; !Path.Exists(config.Socket) && tries < 600; tries++)
        {
            await Task.Delay(50);
        }

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private WorkerConfig Config(string model) => new() { Model = model, Version = "1", Store = work.Path, Socket = work["w"], Trust = new TrustConfig() };
}
