using System.Net;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Http;

[Collection(SharedHostGroup.Name)]
public sealed class HealthTests(SharedHost shared)
{
    private readonly TestHost host = shared.Host;

    [Fact]
    public async Task Health_is_served_beside_the_trigger_and_nothing_else_is()
    {
        Assert.Contains("\"live\":true", await host.Health.GetStringAsync("/healthz/live"));
        Assert.Contains("\"ready\":true", await host.Health.GetStringAsync("/healthz/ready"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Health.GetAsync("/v2/models/matrix")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Health.PostAsync("/predictions/classify", new StringContent("x"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/healthz/live")).StatusCode);
    }

    [Fact]
    public async Task Metrics_count_requests_and_tell_nothing_of_them()
    {
        await host.AskAsync("/predictions/classify", "secret words", "text/plain");
        await host.PostAsync("/v2/models/matrix/infer", "{");
        var text = await host.MetricsAsync();
        Assert.Matches(@"(?m)^trustedserve_http_requests_total\{class=""2xx""\} [1-9]", text);
        Assert.Matches(@"(?m)^trustedserve_http_requests_total\{class=""4xx""\} [1-9]", text);
        Assert.Matches(@"(?m)^trustedserve_http_request_duration_seconds_bucket\{le=""\+Inf""\} [1-9]", text);
        Assert.Contains("trustedserve_insecure_simulated_trust 1", text);
        Assert.DoesNotContain("secret", text);
    }
}
