using System.Net;
using System.Text;
using System.Text.Json;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Access;

public sealed class AccessTests : IAsyncLifetime
{
    private const string Body = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    private readonly TemporaryDirectory directory = new();
    private TestHost host = null!;
    private string all = null!;
    private string matrixOnly = null!;
    private string lookOnly = null!;

    private string KeysFile => directory["keys.json"];

    public async ValueTask InitializeAsync()
    {
        all = ApiKeyFile.Create(KeysFile, "all", ["*"], [ApiAction.Infer, ApiAction.Metadata]);
        matrixOnly = ApiKeyFile.Create(KeysFile, "matrix-only", ["matrix"], [ApiAction.Infer, ApiAction.Metadata]);
        lookOnly = ApiKeyFile.Create(KeysFile, "look-only", ["*"], [ApiAction.Metadata]);
        host = await TestHost.ReadyAsync(["matrix", "classify"], $"--TrustedServe:Http:ApiKeysFile={KeysFile}");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Key_opens_what_it_is_for()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync(all, "/v2/models/matrix/infer"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(matrixOnly, "/v2/models/matrix/infer"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(lookOnly, "/v2/models/classify"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(lookOnly, "/v2"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(lookOnly, "/v2/models/matrix/infer"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(matrixOnly, "/predictions/classify"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(matrixOnly, "/v2/models/classify/ready"));
    }

    [Fact]
    public async Task Worker_is_told_a_tag_of_the_caller_and_neither_key_nor_name()
    {
        var (first, again, other) = (await TagAsync(all), await TagAsync(all), await TagAsync(matrixOnly));
        Assert.Matches("^[0-9a-f]{32}$", first);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        async Task<string> TagAsync(string key)
        {
            const string Claiming = """{"parameters":{"tell":true,"trustedserve_caller":"somebody else"},"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/matrix/infer") { Content = new StringContent(Claiming, Encoding.UTF8, "application/json") };
            request.Headers.Add("Authorization", $"Bearer {key}");
            using var response = await host.Client.SendAsync(request);
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return answer.RootElement.GetProperty("parameters").GetProperty("caller").GetString()!;
        }
    }

    [Fact]
    public async Task Statistics_need_the_right_to_metadata()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync(lookOnly, "/v2/models/classify/stats"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(matrixOnly, "/v2/models/classify/stats"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer tsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task Caller_that_is_not_known_learns_nothing_and_reaches_health_only(string? header)
    {
        foreach (var path in new[] { "/v2", "/v2/models/matrix", "/v2/models/nope", "/v2/models/matrix/infer", "/predictions/classify", "/predictions/nope" })
        {
            using var response = await SendAsync(header, path);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).ToString());
            Assert.Contains("TSF4009", await response.Content.ReadAsStringAsync());
        }

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(header, "/v2/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Forbidden_and_unknown_models_look_alike()
    {
        foreach (var path in new[] { "/v2/models/{0}", "/v2/models/{0}/ready", "/v2/models/{0}/versions/7", "/v2/models/{0}/infer", "/predictions/{0}" })
        {
            using var forbidden = await SendAsync($"Bearer {matrixOnly}", string.Format(null, path, "classify"));
            using var unknown = await SendAsync($"Bearer {matrixOnly}", string.Format(null, path, "nothing-at-all"));
            Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
            Assert.Equal(forbidden.StatusCode, unknown.StatusCode);
            Assert.Equal(await forbidden.Content.ReadAsStringAsync(), await unknown.Content.ReadAsStringAsync());
            Assert.Equal(forbidden.Headers.Select(header => header.Key), unknown.Headers.Select(header => header.Key));
        }
    }

    [Fact]
    public async Task Keys_change_without_a_restart()
    {
        var added = ApiKeyFile.Create(KeysFile, "added", ["*"], [ApiAction.Metadata]);
        await host.UntilAsync(async () => await AskAsync(added, "/v2") == HttpStatusCode.OK);
        await host.UntilAsync(() => host.Log.Has(2201)); // said after they are in use

        var content = await File.ReadAllTextAsync(KeysFile);
        await File.WriteAllTextAsync(KeysFile, content[..^10]);
        await host.UntilAsync(() => host.Log.Has(2202));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(added, "/v2"));

        File.Delete(KeysFile);
        ApiKeyFile.Create(KeysFile, "other", ["*"], [ApiAction.Metadata]);
        await host.UntilAsync(async () => await AskAsync(added, "/v2") == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Key_ends_when_it_expires()
    {
        var expired = ApiKeyFile.Create(KeysFile, "expired", ["*"], [ApiAction.Metadata], DateTimeOffset.UnixEpoch);
        var later = ApiKeyFile.Create(KeysFile, "later", ["*"], [ApiAction.Metadata], DateTimeOffset.MaxValue);
        await host.UntilAsync(async () => await AskAsync(later, "/v2") == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(expired, "/v2"));
    }

    private async Task<HttpStatusCode> AskAsync(string key, string path)
    {
        using var response = await SendAsync($"Bearer {key}", path);
        return response.StatusCode;
    }

    private Task<HttpResponseMessage> SendAsync(string? header, string path)
    {
        var isPost = path.EndsWith("/infer", StringComparison.Ordinal) || path.StartsWith("/predictions", StringComparison.Ordinal);
        var request = new HttpRequestMessage(isPost ? HttpMethod.Post : HttpMethod.Get, path)
        {
            Content = isPost ? new StringContent(Body, Encoding.UTF8, "application/json") : null,
        };
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        return host.Client.SendAsync(request);
    }
}
