using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Workers;
using TrustedServe.WorkerDouble;

// A worker without an engine: the process contract of the real one, and models whose behaviour their names say.
using var input = new StreamReader(Console.OpenStandardInput());
var config = JsonSerializer.Deserialize<WorkerConfig>(await input.ReadLineAsync() ?? "{}", StrictJson.Compact)!;

// Both ends of the tie: the end of the pipe ends this process at once, as the contract says.
new Thread(() =>
{
    while (input.ReadLine() is not null)
    {
        // Nothing is said after the first line.
    }

    Environment.Exit(0);
})
{ IsBackground = true }.Start();

var start = new FakeStart(config);
start.CountStart();
if (config.Model == "dies-at-start")
{
    Console.Error.WriteLine("native code says its last words");
    Environment.Exit(134);
}

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.ListenUnixSocket(config.Socket, listen => listen.Protocols = HttpProtocols.Http2);
});
builder.Services.AddRoutingCore();
builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = config.MaxMessageBytes);
builder.Services.AddSingleton(config);
builder.Services.AddSingleton(start);
var application = builder.Build();
application.UseRouting();
application.MapGrpcService<FakeInference>();
var inference = new FakeInference(config, start);
using var calls = new CallListener(
    CallSocket.PathOf(config.Socket), config.MaxMessageBytes, (request, _, leaving) => inference.InferAsync(request, leaving), _ => { }, TimeProvider.System);
application.MapGrpcService<FakeControl>();
await application.StartAsync();
Console.WriteLine("""{"LogLevel":"Debug","Message":"not shown"}""");
Console.WriteLine("""{"LogLevel":"Information","Message":"double started"}""");
await start.RunAsync();
await application.WaitForShutdownAsync();
