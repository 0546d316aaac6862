using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TrustedServe.Cli.Hosting;

namespace TrustedServe.Benchmarks.PlainKestrel;

/// <summary>Kestrel with a fixed answer and nothing else: what this machine's HTTP is worth, for figures that were recorded on another.</summary>
internal static class PlainServer
{
    private const string Said = "listening on ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    // As short as a hello world, and an answer for the load generator.
    private static readonly byte[] Answer = [.. """{"outputs":[{"data":[]}]}"""u8];

    /// <summary>Starts it as a process of its own.</summary>
    public static async Task<(ServiceProcess Process, Uri Address)> StartAsync(CancellationToken cancellationToken)
    {
        var process = ServiceProcess.Start("Plain Kestrel", typeof(PlainServer).Assembly.Location, ["plain-kestrel"]);
        var line = await process.WaitForAsync(line => line.Message.StartsWith(Said, StringComparison.Ordinal), StartLimit, cancellationToken);
        return (process, new Uri(line.Message[Said.Length..]));
    }

    /// <summary>Serves until standard input ends.</summary>
    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        await using var application = builder.Build();
        application.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Answer.Length;
            await context.Response.Body.WriteAsync(Answer);
        });
        await application.StartAsync();
        Console.WriteLine(Said + application.Urls.Single());
        using var input = new StreamReader(Console.OpenStandardInput());
        await input.ReadToEndAsync();
        return 0;
    }
}
