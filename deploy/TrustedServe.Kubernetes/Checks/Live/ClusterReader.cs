using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using YamlDotNet.Core;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>Asks a cluster's API server, with bounds on every answer; changes nothing.</summary>
public sealed class ClusterReader : IDisposable
{
    /// <summary>Longest answer that is read: a page of a hundred nodes with their images has some megabytes.</summary>
    private const int MaxBytes = 32 << 20;

    /// <summary>How many items a page of a list has, and how many pages are read.</summary>
    private const int PageSize = 100;
    private const int MaxPages = 50;

    private readonly HttpClient http;
    private readonly Uri address;
    private readonly ServiceClientCredentials? credentials;
    private readonly TimeSpan patience;

    internal ClusterReader(HttpClient http, Uri address, ServiceClientCredentials? credentials, TimeSpan patience, string? defaultNamespace = null)
    {
        (this.http, this.address, this.credentials, this.patience) = (http, address, credentials, patience);
        DefaultNamespace = string.IsNullOrEmpty(defaultNamespace) ? "default" : defaultNamespace;
    }

    /// <summary>The namespace of objects that state none.</summary>
    public string DefaultNamespace { get; }

    /// <summary>Reads the kubeconfig, or the pod's service account where there is none; nothing is sent yet.</summary>
    /// <param name="kubeconfig">Its file; null for <c>KUBECONFIG</c>, then <c>~/.kube/config</c>.</param>
    /// <param name="context">The context; null for the current one.</param>
    /// <exception cref="TsfException">TSF7022 when there is none, or it has no such context.</exception>
    public static ClusterReader Open(string? kubeconfig, string? context)
    {
        try
        {
            var configuration = Configuration(kubeconfig, context);
            if (configuration.SkipTlsVerify)
            {
                throw TsfErrors.CheckClusterNotConfigured.With("The context skips the check of the server's certificate; what such a cluster answers says nothing.");
            }

            var client = new k8s.Kubernetes(configuration);
            if (client.BaseUri.Scheme != Uri.UriSchemeHttps && !client.BaseUri.IsLoopback)
            {
                throw TsfErrors.CheckClusterNotConfigured.With($"The cluster's address is {client.BaseUri.Scheme}; credentials are sent over https only.");
            }

            return new ClusterReader(client.HttpClient, client.BaseUri, client.Credentials, TimeSpan.FromSeconds(10), configuration.Namespace);
        }
        catch (Exception exception) when (exception is KubeConfigException or YamlException or IOException or UnauthorizedAccessException or FormatException or InvalidOperationException or NullReferenceException or ArgumentException or CryptographicException)
        {
            // A parser's message can quote the file, and that holds credentials.
            throw TsfErrors.CheckClusterNotConfigured.With(exception is KubeConfigException or FileNotFoundException ? ShownText.Of(exception.Message) : $"The kubeconfig cannot be used ({exception.GetType().Name}).", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    /// <summary>Asks for the version, to tell a cluster that cannot be reached from one that has its limits.</summary>
    /// <exception cref="TsfException">TSF7023.</exception>
    internal async Task RequireAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync("version", cancellationToken);
        if (answer.Status is null or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound)
        {
            throw TsfErrors.CheckClusterUnreachable.With($"{address}: {answer.Reason}.");
        }
    }

    /// <summary>Asks for an object.</summary>
    internal Task<ClusterAnswer> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Asks a question that is posed as an object.</summary>
    internal Task<ClusterAnswer> AskAsync(string path, JsonObject question, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, question, cancellationToken);

    /// <summary>Asks for every item of a list.</summary>
    /// <exception cref="NotSeenException">When a page is refused, or there are too many.</exception>
    internal async Task<List<JsonObject>> ListAsync(string path, CancellationToken cancellationToken)
    {
        var items = new List<JsonObject>();
        var next = "";
        for (var page = 0; page < MaxPages; page++)
        {
            var list = (await GetAsync($"{path}?limit={PageSize}{next}", cancellationToken)).Seen;
            items.AddRange((list["items"] as JsonArray ?? []).OfType<JsonObject>());
            if ((list["metadata"] as JsonObject)?["continue"] is not JsonValue more || !more.TryGetValue<string>(out var token) || token.Length == 0)
            {
                return items;
            }

            next = $"&continue={Uri.EscapeDataString(token)}";
        }

        throw new NotSeenException($"more than {MaxPages * PageSize} items");
    }

    private async Task<ClusterAnswer> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(address, path));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            if (body is not null)
            {
                request.Content = new StringContent(body.ToJsonString(), mediaType: new MediaTypeHeaderValue("application/json"));
            }

            if (credentials is not null)
            {
                await credentials.ProcessHttpRequestAsync(request, limit.Token);
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var answer = await ReadAsync(response, limit.Token);
            return response.IsSuccessStatusCode
                ? new ClusterAnswer(response.StatusCode, answer, answer is null ? "the answer is no JSON object" : null)
                : new ClusterAnswer(response.StatusCode, null, ShownText.Of($"{(int)response.StatusCode} {answer?["message"]?.ToString()}".TrimEnd()));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ClusterAnswer(null, null, $"no answer within {patience.TotalSeconds:0.#} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or KubeConfigException)
        {
            return new ClusterAnswer(null, null, ShownText.Of(exception.Message));
        }
    }

    private static KubernetesClientConfiguration Configuration(string? kubeconfig, string? context)
    {
        var files = kubeconfig is not null ? [kubeconfig] : Environment.GetEnvironmentVariable("KUBECONFIG")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (files.Length == 0 && context is null && !File.Exists(KubernetesClientConfiguration.KubeConfigDefaultLocation) && KubernetesClientConfiguration.IsInCluster())
        {
            return KubernetesClientConfiguration.InClusterConfig();
        }

        files = files.Length > 0 ? files : [KubernetesClientConfiguration.KubeConfigDefaultLocation];
        if (files.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new FileNotFoundException($"There is no file {missing}.");
        }

        // Of several files the one that has the context counts: its cluster and user stand beside it.
        var loaded = files.Select(file => KubernetesClientConfiguration.LoadKubeConfig(new FileInfo(file))).ToList();
        var wanted = context ?? loaded.Select(config => config.CurrentContext).FirstOrDefault(name => !string.IsNullOrEmpty(name));
        return KubernetesClientConfiguration.BuildConfigFromConfigObject(loaded.Find(config => config.Contexts?.Any(item => item.Name == wanted) == true) ?? loaded[0], wanted);
    }

    private static async Task<JsonObject?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken);
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            using var document = UntrustedJson.Parse(stream, new JsonDocumentOptions { MaxDepth = StrictJson.MaxDepth, AllowDuplicateProperties = false });
            UntrustedJson.RequireText(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object ? JsonObject.Create(document.RootElement.Clone()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
