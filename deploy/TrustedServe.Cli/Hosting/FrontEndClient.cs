using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Hosting;

/// <summary>Speaks to a front end over HTTP and turns its errors into ours.</summary>
internal sealed class FrontEndClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>A client for one front end.</summary>
    public FrontEndClient(Uri address, string? apiKey)
    {
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        if (apiKey is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        }
    }

    /// <summary><c>POST /predictions/{model}[/{version}]</c>.</summary>
    /// <exception cref="TsfException">What the front end answered, or TSF5003 when it cannot be reached.</exception>
    public Task<JsonElement> PredictAsync(string model, string? version, string content, bool isText, CancellationToken cancellationToken)
    {
        var path = $"predictions/{Uri.EscapeDataString(model)}{(version is null ? "" : "/" + Uri.EscapeDataString(version))}";
        return PostAsync(path, content, isText ? "text/plain" : "application/json", cancellationToken);
    }

    /// <summary><c>POST /v2/models/{model}/infer</c> with a JSON body.</summary>
    /// <exception cref="TsfException">What the front end answered, or TSF5003 when it cannot be reached.</exception>
    public Task<JsonElement> InferAsync(string model, string body, CancellationToken cancellationToken) =>
        PostAsync($"v2/models/{Uri.EscapeDataString(model)}/infer", body, "application/json", cancellationToken);

    /// <summary><c>GET /v2/models/{model}</c>.</summary>
    /// <exception cref="TsfException">What the front end answered, or TSF5003 when it cannot be reached.</exception>
    public Task<JsonElement> ModelAsync(string model, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"v2/models/{Uri.EscapeDataString(model)}", null, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<JsonElement> PostAsync(string path, string content, string mediaType, CancellationToken cancellationToken)
    {
        using var body = new StringContent(content, Encoding.UTF8, mediaType);
        return await SendAsync(HttpMethod.Post, path, body, cancellationToken);
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
            using var response = await http.SendAsync(request, cancellationToken);
            var answer = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return response.IsSuccessStatusCode ? answer : throw Refusal(answer, (int)response.StatusCode);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or InvalidOperationException)
        {
            // The last: a name in it is not Unicode.
            throw TsfErrors.WorkerLost.With($"{http.BaseAddress} does not answer as a front end does: {exception.Message}", exception);
        }
    }

    private static TsfException Refusal(JsonElement answer, int status)
    {
        // Another's server has members of these names too, with whatever in them.
        var error = TsfErrors.Find(KbsJson.Text(answer, "code")) ?? TsfErrors.Internal;
        return error.With(KbsJson.Text(answer, "error") ?? $"The front end answered {status}.");
    }
}
