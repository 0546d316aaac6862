using System.Net;
using System.Text;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Signals;

/// <summary>What the health listener shows without a queue.</summary>
public sealed class SignalEndpointTests
{
    private const string Matrix = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    [Fact]
    public async Task Requests_are_counted_by_model_and_version_from_their_arrival_to_their_answer()
    {
        await using var host = await TestHost.ReadyAsync(["shut@2", "shut@1", "matrix"], "--TrustedServe:Http:RequestTimeoutSeconds=600");
        var held = new List<Task<HttpResponseMessage>>();
        foreach (var path in new[] { "/predictions/shut", "/predictions/shut", "/predictions/shut/1" })
        {
            held.Add(host.PostAsync(path, Encoding.UTF8.GetBytes("words"), "text/plain"));
        }

        await host.AskAsync("/v2/models/matrix/infer", Matrix);
        (await host.PostAsync("/v2/models/matrix/infer", "{")).Dispose();
        (await host.PostAsync("/v2/models/none/infer", Matrix)).Dispose();
        (await host.Client.GetAsync("/v2/models/matrix")).Dispose();

        var both = await host.ScalingAsync("/models/shut", document => document.Number("instance.inFlight") == 3);
        Assert.Equal(["1", "2"], both.GetProperty("versions").EnumerateArray().Select(version => version.GetString()));
        Assert.Equal(4, both.Number("instance.lanes"));
        Assert.Equal(3, both.Number("instance.queueSeconds")); // the double says twice 3 s
        Assert.False(both.Has("queue"));
        Assert.Equal("off", both.Text("queueRead.state"));
        Assert.Equal(2, (await host.ScalingAsync("/models/shut/versions/2")).Number("instance.inFlight"));
        var one = await host.ScalingAsync("/models/shut/versions/1");
        Assert.Equal(1, one.Number("instance.inFlight"));
        Assert.Equal((0.125, "worker", 256, "assumed"), (one.Number("costs.secondsPerRow"), one.Text("costs.secondsPerRowIs"), one.Number("costs.bytesPerRow"), one.Text("costs.bytesPerRowIs")));
        var all = await host.ScalingAsync();
        Assert.Equal(3, all.Number("instance.inFlight"));
        Assert.Equal(["matrix", "shut"], all.GetProperty("models").EnumerateObject().Select(model => model.Name));

        SignalHost.OpenGate(host.StoreDirectory);
        Assert.All(await Task.WhenAll(held), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await host.ScalingAsync("/models/shut", document => document.Number("instance.inFlight") == 0);
        var text = await host.MetricsAsync();
        Assert.Equal(2, Count("shut", "2", "2xx"));
        Assert.Equal(1, Count("shut", "1", "2xx"));
        Assert.Equal((1, 1), (Count("matrix", "1", "2xx"), Count("matrix", "1", "4xx")));
        Assert.Equal(2, SignalHost.Metric(text, "trustedserve_model_request_duration_seconds_count{model=\"matrix\",version=\"1\"}"));
        Assert.Equal(2, SignalHost.Metric(text, "trustedserve_model_request_duration_seconds_bucket{model=\"shut\",version=\"2\",le=\"+Inf\"}"));
        Assert.Equal(2, SignalHost.Metric(text, "trustedserve_model_queue_seconds_bucket{model=\"shut\",version=\"2\",le=\"4\"}"));
        Assert.Equal(6, SignalHost.Metric(text, "trustedserve_model_queue_seconds_sum{model=\"shut\",version=\"2\"}"));
        Assert.DoesNotContain("none", text, StringComparison.Ordinal);

        double Count(string model, string version, string status) =>
            SignalHost.Metric(text, $"trustedserve_model_requests_total{{model=\"{model}\",version=\"{version}\",class=\"{status}\"}}");
    }

    [Fact]
    public async Task Buckets_of_a_histogram_grow_and_end_with_the_count()
    {
        await using var host = await TestHost.ReadyAsync(["matrix"]);
        for (var i = 0; i < 5; i++)
        {
            await host.AskAsync("/v2/models/matrix/infer", Matrix);
        }

        var text = await host.MetricsAsync();
        var buckets = text.Split('\n').Where(line => line.StartsWith("trustedserve_model_request_duration_seconds_bucket", StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture)).ToList();

        Assert.Equal(buckets.Order(), buckets);
        Assert.Equal(5, buckets[^1]);
        Assert.InRange(SignalHost.Metric(text, "trustedserve_model_request_duration_seconds_sum{model=\"matrix\",version=\"1\"}"), 0.000_001, 300);
    }

    [Theory]
    [InlineData("/scaling/models/none", "TSF4003")]
    [InlineData("/scaling/models/matrix/versions/9", "TSF4004")]
    [InlineData("/scaling/", "TSF4014")]
    [InlineData("/scaling/models", "TSF4014")]
    [InlineData("/scaling/models/matrix/versions/1/x", "TSF4014")]
    public async Task What_there_is_not_is_said_with_a_code(string path, string code)
    {
        await using var host = await TestHost.ReadyAsync(["matrix"]);

        using var answer = await host.Health.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains($"\"code\":\"{code}\"", await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/scaling")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Health.PostAsync("/scaling", new StringContent("{}"))).StatusCode);
    }

    [Fact]
    public async Task Switched_off_nothing_is_shown_of_models()
    {
        await using var host = await TestHost.ReadyAsync(["matrix"], "--TrustedServe:Health:ModelSignals=false");
        await host.AskAsync("/v2/models/matrix/infer", Matrix);

        Assert.Equal(HttpStatusCode.NotFound, (await host.Health.GetAsync("/scaling")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Health.GetAsync("/scaling/models/matrix")).StatusCode);
        var text = await host.MetricsAsync();
        Assert.Contains("trustedserve_http_requests_total{class=\"2xx\"} 1", text);
        Assert.DoesNotContain("matrix", text);
    }

    [Fact]
    public async Task Callers_who_may_not_ask_do_not_shape_the_figures()
    {
        using var directory = new TrustedServe.Testing.TemporaryDirectory();
        File.WriteAllText(directory["keys.json"], """{"formatVersion":1,"keys":[]}""");
        await using var host = await TestHost.ReadyAsync(["matrix"], $"--TrustedServe:Http:ApiKeysFile={directory["keys.json"]}");
        using (var refused = await host.PostAsync("/v2/models/matrix/infer", Matrix))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        var text = await host.MetricsAsync();
        Assert.Equal(0, SignalHost.Metric(text, "trustedserve_model_request_duration_seconds_count{model=\"matrix\",version=\"1\"}"));
        Assert.Equal(0, SignalHost.Metric(text, "trustedserve_model_requests_total{model=\"matrix\",version=\"1\",class=\"4xx\"}"));
    }
}
