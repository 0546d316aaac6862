using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Kbs;

namespace TrustedServe.KeyBroker.Tests.Support;

/// <summary>The KBS protocol by hand over a real socket.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly HttpClient http;

    public WireClient(Uri address) => http = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(30) }) { BaseAddress = address };

    public ECDiffieHellman Key { get; } = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    public static string AuthBody(string tee = "sample", string version = "0.4.0") =>
        $$$"""{"version":"{{{version}}}","tee":"{{{tee}}}","extra-params":{"supported-hash-algorithms":["sha256","sha384","sha512"]}}""";

    public async Task<WireAnswer> SendAsync(HttpMethod method, string path, string? body = null, string? cookie = null, string? bearer = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");

        // The server may refuse a large body unread; a client that is still sending would lose the answer.
        request.Headers.ExpectContinue = body is { Length: > 1 << 20 };
        if (cookie is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", $"kbs-session-id={cookie}");
        }

        if (bearer is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {bearer}");
        }

        using var response = await http.SendAsync(request);
        var setCookie = response.Headers.TryGetValues("Set-Cookie", out var values) ? values.Single().Split(';')[0].Split('=')[1] : null;
        return new WireAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(), setCookie);
    }

    public async Task<(string Cookie, string Nonce)> ChallengeAsync(string tee = "sample")
    {
        var answer = await SendAsync(HttpMethod.Post, "/kbs/v0/auth", AuthBody(tee));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return (answer.Cookie!, answer.Json["nonce"]!.GetValue<string>());
    }

    /// <summary>An attestation that is right in every part; a test changes what it wants to see refused.</summary>
    public JsonObject Attestation(string nonce, string? measurement = null)
    {
        var runtime = new RuntimeData { Nonce = nonce, TeePublicKey = TeePublicKey.ToJwk(Key) };
        return new JsonObject
        {
            ["runtime-data"] = new JsonObject { ["nonce"] = nonce, ["tee-pubkey"] = JsonNode.Parse(runtime.TeePublicKey.GetRawText()) },
            ["tee-evidence"] = new JsonObject
            {
                ["primary_evidence"] = new JsonObject
                {
                    ["svn"] = "1",
                    ["report_data"] = Convert.ToBase64String(runtime.Digest("")),
                    ["measurement"] = measurement ?? TestPolicy.Known,
                },
                ["additional_evidence"] = "",
            },
        };
    }

    public Task<WireAnswer> AttestAsync(string? cookie, JsonNode body) => SendAsync(HttpMethod.Post, "/kbs/v0/attest", body.ToJsonString(), cookie);

    public async Task<(string Cookie, string Token)> AttestAsync(string? measurement = null)
    {
        var (cookie, nonce) = await ChallengeAsync();
        var answer = await AttestAsync(cookie, Attestation(nonce, measurement));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return (cookie, answer.Json["token"]!.GetValue<string>());
    }

    public Task<WireAnswer> ResourceAsync(string? cookie = null, string? bearer = null, string path = "models/langid/v1") =>
        SendAsync(HttpMethod.Get, $"/kbs/v0/resource/{path}", cookie: cookie, bearer: bearer);

    public void Dispose()
    {
        http.Dispose();
        Key.Dispose();
    }

    internal sealed record WireAnswer(HttpStatusCode Status, string Body, string? Cookie)
    {
        public JsonNode Json => JsonNode.Parse(Body)!;

        public void IsRefused(string name, string code, string? claim = null, HttpStatusCode status = HttpStatusCode.Unauthorized, string? step = null)
        {
            Assert.Equal(status, Status);
            Assert.Equal($"https://github.com/confidential-containers/kbs/errors/{name}", Json["type"]!.GetValue<string>());
            Assert.Equal(code, Json["code"]!.GetValue<string>());
            Assert.Equal(claim, Json["claim"]?.GetValue<string>());
            Assert.Equal(step, Json["step"]?.GetValue<string>());
            Assert.NotEmpty(Json["detail"]!.GetValue<string>());
            Assert.Equal(JsonValueKind.Object, Json.GetValueKind());
        }
    }
}
