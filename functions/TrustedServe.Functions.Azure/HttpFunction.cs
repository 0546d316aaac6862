using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace TrustedServe.Functions.Azure;

/// <summary>Every HTTP request, onto the pipeline that the project's own host has. Who may call what is decided there, not by function keys.</summary>
public sealed class HttpFunction(FunctionsService service)
{
    /// <summary>Answers a request.</summary>
    [Function("http")]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "put", "delete", "patch", "options", Route = "{*path}")] HttpRequest request)
    {
        var functions = await service.Functions.WaitAsync(request.HttpContext.RequestAborted);
        await functions.InvokeAsync(request.HttpContext);
    }
}
