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
    public async Task Line_that_is_read_only_after_the_end_is_found_although_a_handler_fails()
    {
        var process = Chatty();
        var first = 0;
        process.Logged += _ =>
        {
            if (Interlocked.Exchange(ref first, 1) == 0)
            {
                // All that it prints fits into its pipe, so it ends while only its first line was read. Who waits learns of the end a moment later,
                // and nothing tells when: were the pause too short, the lines would only come in the usual order.
                SpinWait.SpinUntil(() => process.HasExited, Limit);
                Thread.Sleep(200);
            }

            throw new IOException("No space left on device");
        };

        await process.WaitForAsync(line => line.Message.Contains(TsfErrors.All.Last().Code, StringComparison.Ordinal), Limit, CancellationToken.None);

        await Assert.ThrowsAsync<IOException>(() => process.WaitForAsync(_ => false, Limit, CancellationToken.None));
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

    [Fact]
    public async Task What_takes_too_long_is_told_apart_from_what_was_cancelled()
    {
        await using var process = Chatty();
        await process.WaitForExitAsync(CancellationToken.None);

        var late = await Assert.ThrowsAsync<TsfException>(() => process.WithinAsync(TimeSpan.FromMilliseconds(1), NeverAsync, CancellationToken.None));
        Assert.Equal(TsfErrors.Internal, late.Error);
        Assert.Contains(TsfErrors.All.Last().Code, late.Message, StringComparison.Ordinal); // the last line that it printed

        using var cancelled = new CancellationTokenSource();
        var waiting = process.WithinAsync(Limit, NeverAsync, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        static async Task<int> NeverAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }

    private static ServiceProcess Chatty() =>
        ServiceProcess.Start("The command line", Repository.Executable("deploy", "TrustedServe.Cli", "trustedserve"), ["errors", "--markdown"]);
}
