using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests.Hosting;

public sealed class ServiceProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Child_is_read_to_its_last_line_although_a_handler_fails()
    {
        var process = Chatty();
        process.Logged += _ => throw new IOException("No space left on device");

        await process.WaitForAsync(line => line.Message.Contains(TsfErrors.All.Last().Code, StringComparison.Ordinal), Limit, CancellationToken.None);

        Assert.Equal("No space left on device", (await Assert.ThrowsAsync<IOException>(() => process.WaitForExitAsync(CancellationToken.None))).Message);
        await Assert.ThrowsAsync<IOException>(() => process.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task Broker_is_ended_although_a_handler_of_the_front_ends_log_failed()
    {
        using var work = new TemporaryDirectory();
        var stack = await LocalStack.StartAsync(
            new LocalStackOptions
            {
                Models = work["models"],
                BrokerFolder = work["broker"],
                InsecureSimulatedEvidence = true,
                Settings = new Dictionary<string, string> { ["Worker:Lanes"] = "-1" }, // refused, which it says
            },
            CancellationToken.None);
        var broker = stack.BrokerProcess!.Id;
        stack.Functions.Logged += _ => throw new IOException("No space left on device");
        await Assert.ThrowsAsync<IOException>(() => stack.Functions.WaitForExitAsync(CancellationToken.None));

        await Assert.ThrowsAsync<IOException>(() => stack.DisposeAsync().AsTask());

        Assert.True(await Processes.IsGoneAsync(broker));
    }

    private static ServiceProcess Chatty() =>
        ServiceProcess.Start("The command line", Repository.Executable("deploy", "TrustedServe.Cli", "trustedserve"), ["errors", "--markdown"]);
}
