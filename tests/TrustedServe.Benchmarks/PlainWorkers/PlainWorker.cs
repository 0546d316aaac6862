using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Benchmarks.PlainWorkers;

/// <summary>
/// What the worker would be without trust: an unsealed package on disk, no attestation, no hardening, the engine behind the same
/// gRPC. It serves graphs of tensors only.
/// </summary>
internal static class PlainWorker
{
    /// <summary>Serves <c>{packages}/{model}</c> until standard input ends.</summary>
    public static async Task<int> RunAsync(string packages)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        var config = JsonSerializer.Deserialize<WorkerConfig>(await input.ReadLineAsync() ?? "{}", StrictJson.Compact)!;
        using var model = PlainModel.Load(Path.Combine(packages, config.Model));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ListenUnixSocket(config.Socket, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = config.MaxMessageBytes);
        builder.Services.AddSingleton(model);
        await using var application = builder.Build();
        application.UseRouting();
        application.MapGrpcService<PlainInference>();
        application.MapGrpcService<PlainControl>();
        await application.StartAsync();
        while (await input.ReadLineAsync() is not null)
        {
            // Nothing is said after the first line; the end of the pipe is the end of the worker.
        }

        return 0;
    }

    /// <summary>Writes a program that starts it, since the front end gives its worker no arguments.</summary>
    public static string WriteProgram(string directory, string packages)
    {
        // The same runtime as the worker's: what that is set to belongs to no side of a comparison.
        var program = typeof(PlainWorker).Assembly.Location;
        var settings = Settings(Path.ChangeExtension(program, null));
        settings["runtimeOptions"]!["configProperties"] = Settings(Path.Combine(Path.GetDirectoryName(program)!, "TrustedServe.Worker"))["runtimeOptions"]!["configProperties"]!.DeepClone();
        var runtime = Path.Combine(directory, "plain-worker.runtimeconfig.json");
        File.WriteAllText(runtime, settings.ToJsonString());
        var file = Path.Combine(directory, "plain-worker");
        File.WriteAllText(file, $"#!/bin/sh\nexec dotnet exec --runtimeconfig '{runtime}' '{program}' plain-worker '{packages}'\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;

        static JsonNode Settings(string program) => JsonNode.Parse(File.ReadAllBytes(program + ".runtimeconfig.json"))!;
    }
}
