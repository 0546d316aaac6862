using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Embedding;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;
using CommandLine = TrustedServe.Functions.Settings.CommandLine;

namespace TrustedServe.Functions.Tests.Embedding;

/// <summary>A web host of someone else's with one catch-all route, as the Azure Functions worker has, and the functions inside it.</summary>
internal sealed class OuterHost : IAsyncDisposable
{
    private readonly TemporaryDirectory directory;
    private readonly WebApplication outer;

    private OuterHost(TemporaryDirectory directory, WebApplication outer, EmbeddedFunctions functions)
    {
        (this.directory, this.outer, Functions) = (directory, outer, functions);
        var address = outer.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Client { get; }

    public EmbeddedFunctions Functions { get; }

    public string StoreDirectory => directory.Path;

    public static async Task<OuterHost> StartAsync(string[] models, params string[] arguments)
    {
        var directory = new TemporaryDirectory();
        var functions = await EmbeddedFunctions.StartAsync(
            CommandLine.Parse(
            [
                $"--TrustedServe:Models:Store={directory.Path}",
                "--TrustedServe:Health:Listen=http://127.0.0.1:0",
                "--TrustedServe:Trust:Broker=http://127.0.0.1:1",
                "--TrustedServe:Http:InsecureAllowAnyCaller=true",
                $"--TrustedServe:Worker:Executable={Repository.Executable("tests", "TrustedServe.WorkerDouble")}",
                .. arguments,
            ]),
            new HostSeams
            {
                Mode = () => TrustMode.Development,
                OpenStore = options => new FakeStore(options.Store, [.. models.Select(model => new StoreEntry(model, "1", "x", true))]),
                Environment = [],
                Logging = logging => logging.ClearProviders(),
            });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var outer = builder.Build();
        outer.Map("{*path}", (HttpContext context) => functions.InvokeAsync(context));
        await outer.StartAsync();
        var host = new OuterHost(directory, outer, functions);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await host.Client.GetAsync("/v2/health/ready", limit.Token)).StatusCode != System.Net.HttpStatusCode.OK)
        {
            await Task.Delay(20, limit.Token);
        }

        return host;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await outer.StopAsync();
        await outer.DisposeAsync();
        await Functions.StopAsync();
        await Functions.DisposeAsync();
        directory.Dispose();
    }
}
