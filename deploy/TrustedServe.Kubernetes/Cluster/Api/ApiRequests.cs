using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>
/// Requests to the API server. Every one that is sent here can be sent again without harm (reading, server-side apply, writing or deleting
/// what is still as it was seen), so an overloaded or failing server and a broken connection are tried again: after the time that
/// the server asks for, else after pauses that double and are shortened at random, so that many clients do not come back together.
/// </summary>
internal sealed class ApiRequests(ClusterConnection connection, ClusterOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromHours(1);

    /// <summary>Called before a request is tried again, with the reason and the pause.</summary>
    public Action<string, TimeSpan>? Retrying { get; set; }

    /// <summary>Reads.</summary>
    public Task<ApiAnswer> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    /// <summary>Server-side apply.</summary>
    public Task<ApiAnswer> ApplyAsync(string path, JsonObject content, bool force, bool dryRun, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Patch,
        $"{path}?fieldManager={Ownership.FieldManager}&fieldValidation=Strict{(force ? "&force=true" : "")}{(dryRun ? "&dryRun=All" : "")}",
        content,
        "application/apply-patch+yaml", // JSON is YAML, and servers of every supported version take this type
        cancellationToken);

    /// <summary>Creates an object that must not exist (409).</summary>
    public Task<ApiAnswer> CreateAsync(string path, JsonObject content, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"{path}?fieldManager={Ownership.FieldManager}", content, "application/json", cancellationToken);

    /// <summary>Replaces an object that must still have the version in its metadata (409).</summary>
    public Task<ApiAnswer> ReplaceAsync(string path, JsonObject content, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"{path}?fieldManager={Ownership.FieldManager}", content, "application/json", cancellationToken);

    /// <summary>Deletes an object if it is still the one that was looked at.</summary>
    public Task<ApiAnswer> DeleteAsync(string path, string uid, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Delete,
        path,
        new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = "Foreground", ["preconditions"] = new JsonObject { ["uid"] = uid } },
        "application/json",
        cancellationToken);

    /// <summary>Opens a stream; it is not tried again, and whoever reads it bounds it.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path, null, null);
        return await connection.SendAsync(request, cancellationToken);
    }

    /// <summary>One try of a short read that may fail: its status and its body, bounded.</summary>
    public async Task<ApiAnswer> TryOnceAsync(string path, int maxBytes, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path, null, null);
        return await SendOnceAsync(request, maxBytes, limit, cancellationToken);
    }

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, JsonObject? content, string? mediaType, CancellationToken cancellationToken)
    {
        var body = content?.ToJsonString();
        for (var attempt = 1; ; attempt++)
        {
            ApiAnswer? answer = null;
            string reason;
            Exception? cause = null;
            using (var request = Request(method, path, body, mediaType))
            {
                try
                {
                    answer = await SendOnceAsync(request, BoundedBody.MaxBytes, options.RequestTimeout, cancellationToken);
                    if (!answer.IsTransient)
                    {
                        return answer;
                    }

                    reason = $"{answer.Status} {answer.Message}";
                }
                catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
                {
                    cause = exception;
                    reason = Printable.Line(exception.InnerException is { } inner ? $"{exception.Message} {inner.Message}" : exception.Message);
                }
            }

            if (attempt >= options.Attempts)
            {
                return answer ?? throw TsfErrors.ClusterUnreachable.With($"{connection.Address} was asked {attempt} times: {reason}", cause);
            }

            var pause = Pause(attempt, answer?.RetryAfter);
            Retrying?.Invoke(reason, pause);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private TimeSpan Pause(int attempt, TimeSpan? asked)
    {
        if (asked is { } wish)
        {
            return wish < TimeSpan.Zero ? TimeSpan.Zero : wish < LongestAskedFor ? wish : LongestAskedFor;
        }

        var longest = Math.Min(options.LongestPause.TotalMilliseconds, options.FirstPause.TotalMilliseconds * Math.Pow(2, attempt - 1));
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? body, string? mediaType)
    {
        var request = new HttpRequestMessage(method, new Uri(connection.Address, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("trustedserve", typeof(ApiRequests).Assembly.GetName().Version?.ToString(3)));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(mediaType!));
        }

        return request;
    }

    private async Task<ApiAnswer> SendOnceAsync(HttpRequestMessage request, int maxBytes, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await connection.SendAsync(request, linked.Token);
            var bytes = await BoundedBody.ReadAsync(response.Content, maxBytes, linked.Token);
            var body = BoundedBody.Parse(bytes);
            if (body is null && response.IsSuccessStatusCode)
            {
                throw TsfErrors.ClusterUnreachable.With($"{request.Method} {Printable.Line(request.RequestUri!.AbsolutePath)} was answered with something that is not a JSON object.");
            }

            // What stands before an API server answers in plain text.
            body ??= new JsonObject { ["message"] = Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 400))) };
            return new ApiAnswer((int)response.StatusCode, body, RetryAfter(response));
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {limit.TotalSeconds:0.#} s.", exception);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };
}
