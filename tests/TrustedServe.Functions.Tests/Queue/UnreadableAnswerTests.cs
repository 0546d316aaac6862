using System.Net;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Keys;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;

namespace TrustedServe.Functions.Tests.Queue;

/// <summary>Answers that are none of a storage account (a proxy's page, a broken header), which its client fails on in ways of its own.</summary>
public sealed class UnreadableAnswerTests
{
    private static readonly TimeSpan Visibility = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider time = new();
    private readonly LogRecorder log = new();
    private int asked;

    [Fact]
    public async Task Queue_is_said_to_be_away_and_read_on()
    {
        var proxy = WebApplication.CreateSlimBuilder();
        proxy.Logging.ClearProviders();
        proxy.WebHost.UseUrls("http://127.0.0.1:0");
        await using var server = proxy.Build();
        server.Run(context => context.Response.WriteAsync(Interlocked.Increment(ref asked) == 1
            ? "<html><body>Sign in<br></body></html>"
            : "<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList />"));
        await server.StartAsync();

        using var trigger = Trigger(server.Urls.Single());
        await trigger.StartAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(log.Has(6010) && log.Has(6011)));
        await trigger.StopAsync();
    }

    [Fact]
    public async Task Renewal_is_tried_again()
    {
        await using var lease = Lease("no time at all", "Fri, 09 Oct 2099 21:04:30 GMT");

        time.Advance(Visibility / 3);
        await QueueHarness.UntilAsync(() => Task.FromResult(log.Has(6008)));
        await UntilAsync(() => Volatile.Read(ref asked) == 2);

        Assert.True(await lease.StopAsync());
    }

    [Fact]
    public async Task Message_that_is_never_renewed_is_lost_in_time()
    {
        await using var lease = Lease("no time at all");

        await UntilAsync(() => lease.Lost.IsCancellationRequested);

        Assert.False(await lease.StopAsync());
    }

    private IHost Trigger(string address)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Name"] = "queue",
            ["ConnectionString"] = $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint={address}/a;QueueEndpoint={address}/a;",
            ["AllowedInputContainers:0"] = "rows-in",
            ["AllowedOutputContainers:0"] = "rows-out",
            ["PollMinSeconds"] = "0.05",
            ["PollMaxSeconds"] = "0.2",
        };
        var host = new QueueHostSettings { BatchSize = 2 };
        var builder = new HostApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton<IInferenceGateway>(new EchoGateway());
        builder.Services.AddSingleton<IKeySource>(new MemoryKeySource());
        builder.Services.AddQueueTrigger(QueueHarness.ReadOptions(settings, host), host);
        return builder.Build();
    }

    private MessageLease Lease(params string[] renewedUntil)
    {
        var storage = new Renewals(() => renewedUntil[Math.Min(Interlocked.Increment(ref asked), renewedUntil.Length) - 1]);
        var queue = new QueueClient("UseDevelopmentStorage=true", "queue", new QueueClientOptions { Transport = new HttpClientTransport(storage) });
        var message = QueuesModelFactory.QueueMessage("id", "receipt", "text", 1);
        return new MessageLease(queue, message, time.GetTimestamp(), Visibility, time, new LoggerFactory([log]).CreateLogger<MessageLease>());
    }

    // The clock goes on in small steps until something has come true: what waits for it sets its next timer only after it has looked.
    private async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, limit.Token);
        }
    }

    /// <summary>Renews every message, until a time that may be none.</summary>
    private sealed class Renewals(Func<string> until) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = new HttpResponseMessage(HttpStatusCode.NoContent) { RequestMessage = request };
            answer.Headers.Add("x-ms-popreceipt", "renewed");
            answer.Headers.Add("x-ms-time-next-visible", until());
            return Task.FromResult(answer);
        }
    }
}
