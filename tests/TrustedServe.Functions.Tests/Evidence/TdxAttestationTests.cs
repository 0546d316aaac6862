using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Reports;
using TrustedServe.Attestation.Tests.Tdx.Reports;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Evidence;

/// <summary>The front end's evidence out of a mounted double of the kernel's report folder.</summary>
public sealed class TdxAttestationTests
{
    private const string Nonce = "00112233445566778899aabbccddeeff";

    [Fact]
    public async Task Quote_is_bound_to_the_runtime_data_filled_up_with_zeros()
    {
        using var configfs = FuseConfigfs.Mount();
        await using var host = await StartAsync(configfs);
        var answer = await host.Client.GetFromJsonAsync<JsonElement>($"/attestation?nonce={Nonce}");
        Assert.Equal(("tdx", "tdx"), (answer.GetProperty("trust").GetString(), answer.GetProperty("tee").GetString()));
        var quote = TdxEvidence.Parse(answer.GetProperty("evidence")).Quote;
        var digest = SHA384.HashData(CanonicalJson.Serialize(answer.GetProperty("runtime-data")));
        Assert.Equal([.. digest, .. new byte[16]], quote.Slice(48 + 520, 64).ToArray());
        Assert.Empty(configfs.Model.Names);
    }

    [Fact]
    public async Task One_quote_is_made_at_a_time_and_others_are_told_to_come_back()
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.Host.Reset();
        await using var host = await StartAsync(configfs);
        var first = host.Client.GetAsync($"/attestation?nonce={Nonce}");
        await host.UntilAsync(() => configfs.Model.Asked.IsSet);
        using (var second = await host.Client.GetAsync($"/attestation?nonce={Nonce}"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
            Assert.Contains("TSF4012", await second.Content.ReadAsStringAsync());
        }

        configfs.Model.Host.Set();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(1, configfs.Model.Created);
    }

    [Fact]
    public async Task Kernel_that_fails_is_named_by_its_code()
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.Provider = "sev_guest\n";
        await using var host = await StartAsync(configfs);
        using var response = await host.Client.GetAsync($"/attestation?nonce={Nonce}");
        Assert.Contains("TSF3312", await response.Content.ReadAsStringAsync());
    }

    private static Task<TestHost> StartAsync(FuseConfigfs configfs) =>
        TestHost.StartAsync(["never-ready"], $"--TrustedServe:Trust:ReportRoot={configfs.Root}", $"--TrustedServe:Trust:EventLogFile={configfs.Root}/none");
}
