using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Queue;

public sealed class QueueOptionsTests
{
    [Fact]
    public void No_queue_named_means_no_trigger()
    {
        var services = Add([]);

        Assert.DoesNotContain(services, service => service.ServiceType == typeof(IHostedService));
    }

    [Fact]
    public void Every_setting_is_read()
    {
        var services = Add(new()
        {
            ["Name"] = "jobs",
            ["Account"] = "https://account.blob.core.windows.net",
            ["AllowedInputContainers:0"] = "inn",
            ["AllowedInputContainers:1"] = "more/path",
            ["AllowedOutputContainers:0"] = "out",
            ["MaxMessageBytes"] = "1000",
            ["RowsPerRequest"] = "5",
            ["ParallelRequests"] = "6",
            ["RowTimeoutSeconds"] = "7.5",
            ["BusyLimitSeconds"] = "8",
            ["PollMinSeconds"] = "0.5",
            ["PollMaxSeconds"] = "9",
            ["RetryDelaySeconds"] = "1",
            ["InsecurePlaintextRows"] = "true",
        });

        var options = services.BuildServiceProvider().GetRequiredService<QueueOptions>();

        Assert.Equal(["inn", "more/path"], options.AllowedInputContainers);
        Assert.Equal(["out"], options.AllowedOutputContainers);
        Assert.Equal(
            ("jobs", "https://account.blob.core.windows.net", 1000, 5, 6, 7.5, 8.0, 0.5, 9.0, 1.0, true),
            (options.Name, options.Account, options.MaxMessageBytes, options.RowsPerRequest, options.ParallelRequests, options.RowTimeoutSeconds, options.BusyLimitSeconds, options.PollMinSeconds, options.PollMaxSeconds, options.RetryDelaySeconds, options.InsecurePlaintextRows));
        Assert.Contains(services, service => service.ServiceType == typeof(IHostedService));
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var refused = Assert.Throws<TsfException>(() => Add(
            new()
            {
                ["Name"] = "No_Queue",
                ["ConnectionString"] = "AccountKey=c2VjcmV0",
                ["Account"] = "AccountName=a;AccountKey=bW9yZQ==",
                ["AllowedInputContainers:0"] = "*",
                ["RowsPerRequest"] = "0",
                ["ParallelRequests"] = "many",
                ["RowTimeoutSeconds"] = "NaN",
                ["PollMinSeconds"] = "5",
                ["PollMaxSeconds"] = "1",
                ["InsecurePlaintextRow"] = "true",
            },
            new QueueHostSettings { BatchSize = 0, MaxDequeueCount = 0, VisibilityTimeout = TimeSpan.Zero }));

        Assert.Equal(TsfErrors.InvalidSettings, refused.Error);
        Assert.All(
            ["No_Queue", "exactly one of", "Account is not", "'*'", "AllowedOutputContainers is empty", "RowsPerRequest is 0", "'many'", "RowTimeoutSeconds", "PollMaxSeconds is 1", "InsecurePlaintextRow", "batchSize", "maxDequeueCount", "visibilityTimeout", "ConnectionString is not"],
            part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("c2VjcmV0", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("bW9yZQ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://account.blob.core.windows.net", "https://account.queue.core.windows.net/")]
    [InlineData("https://a.blob.storage.azure.net/", "https://a.queue.storage.azure.net/")]
    [InlineData("http://account.blob.core.windows.net", null)]
    [InlineData("https://account.core.windows.net", null)]
    [InlineData("https://user@account.blob.core.windows.net", null)]
    [InlineData("https://account.blob.core.windows.net/container", null)]
    [InlineData("https://account.blob.core.windows.net?sig=1", null)]
    [InlineData("account", null)]
    public void Account_gives_both_addresses_or_is_refused(string account, string? queues)
    {
        var taken = StorageClients.TryAddresses(account, out _, out var address);

        Assert.Equal(queues, taken ? address.AbsoluteUri : null);
    }

    private static ServiceCollection Add(Dictionary<string, string?> settings, QueueHostSettings? host = null)
    {
        var services = new ServiceCollection();
        host ??= new QueueHostSettings();
        services.AddQueueTrigger(QueueHarness.ReadOptions(settings, host), host);
        return services;
    }
}
