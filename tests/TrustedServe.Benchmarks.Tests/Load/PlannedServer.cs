using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace TrustedServe.Benchmarks.Tests.Load;

/// <summary>A server that answers each request, by its number, as a plan says.</summary>
internal sealed class PlannedServer : IAsyncDisposable
{
    public const string GoodAnswer = """{"outputs":[{"name":"labels","data":["x"]}]}""";
    private readonly WebApplication application;
    private int requests;

    private PlannedServer(WebApplication application) => this.application = application;

    public Uri Address => new(application.Urls.Single());

    public int Requests => requests;

    public static async Task<PlannedServer> StartAsync(Func<int, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var application = builder.Build();
        var server = new PlannedServer(application);
        application.Run(async context =>
        {
            var number = Interlocked.Increment(ref server.requests);
            using var body = new StreamReader(context.Request.Body);
            await body.ReadToEndAsync();
            await answer(number, context);
        });
        await application.StartAsync();
        return server;
    }

    public static Task GoodAsync(HttpContext context) => AnswerAsync(context, 200, GoodAnswer);

    public static async Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
