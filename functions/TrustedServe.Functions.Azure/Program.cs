using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrustedServe.Functions.Azure;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

try
{
    RuntimeDiagnostics.EnsureOff();
    ProcessHardening.Apply();
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.Services.AddSingleton<FunctionsService>();
    builder.Services.AddHostedService(provider => provider.GetRequiredService<FunctionsService>());
    await builder.Build().RunAsync();
    return 0;
}
catch (OperationCanceledException)
{
    // Asked to end while it waited for what it needs to start: nothing is in hand.
    return 0;
}
catch (TsfException exception)
{
    await Console.Error.WriteLineAsync($"{exception.Code}: {exception.Message} {exception.Error.Remedy}");
    return 1;
}
