using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests;

public sealed class RuntimeDataTests
{
    private const string Key = """{"kty":"EC","crv":"P-256","alg":"ECDH-ES+A256KW","x":"DTfyxflwwkHwErtMHZ7H1KZA96HqF7Dol0oYluZ09sE","y":"99dgUSA91vZkskWNMs-mcQHxS4PVLLSMcUfyzK5F9nU"}""";

    [Theory]
    [InlineData("", "0e550ad685d9d80c075e98c14afc4cb1314e4acf04eddb75f6075804c37d5389ac7ab389212ca07cc6128498f1b348b1")]
    public void Digest_covers_key_nonce_and_additional_evidence(string additional, string expected)
    {
        var runtime = Runtime("TqTAtVgW62cTxDMm46ASNh5CuEMdVxzDAbEnsfqY2P0=", Key);
        Assert.Equal(expected, Convert.ToHexStringLower(runtime.Digest(additional)));
        Assert.NotEqual(expected, Convert.ToHexStringLower(runtime.Digest("{}")));
        Assert.NotEqual(expected, Convert.ToHexStringLower(Runtime("TqTAtVgW62cTxDMm46ASNh5CuEMdVxzDAbEnsfqY2P1=", Key).Digest(additional)));
    }

    [Theory]
    [InlineData("canonical", true)]
    [InlineData("members unsorted", false)]
    [InlineData("key's members unsorted", false)]
    [InlineData("spaces between", false)]
    [InlineData("line end behind", false)]
    [InlineData("additional evidence left out", false)]
    public void Digest_is_that_of_the_one_canonical_form(string form, bool same)
    {
        const string Sorted = """{"alg":"ECDH-ES+A256KW","crv":"P-256","kty":"EC","x":"DTfyxflwwkHwErtMHZ7H1KZA96HqF7Dol0oYluZ09sE","y":"99dgUSA91vZkskWNMs-mcQHxS4PVLLSMcUfyzK5F9nU"}""";
        var hashed = form switch
        {
            "canonical" => $$"""{"additional-evidence":"","nonce":"n","tee-pubkey":{{Sorted}}}""",
            "members unsorted" => $$"""{"tee-pubkey":{{Sorted}},"nonce":"n","additional-evidence":""}""",
            "key's members unsorted" => $$"""{"additional-evidence":"","nonce":"n","tee-pubkey":{{Key}}}""",
            "spaces between" => $$"""{"additional-evidence": "", "nonce": "n", "tee-pubkey": {{Sorted}}}""",
            "line end behind" => $$"""{"additional-evidence":"","nonce":"n","tee-pubkey":{{Sorted}}}""" + "\n",
            _ => $$"""{"nonce":"n","tee-pubkey":{{Sorted}}}""",
        };
        Assert.Equal(same, SHA384.HashData(Encoding.UTF8.GetBytes(hashed)).AsSpan().SequenceEqual(Runtime("n", Key).Digest("")));
    }

    [Fact]
    public void Order_of_the_keys_members_does_not_matter() => Assert.Equal(
        Runtime("n", Key).Digest(""),
        Runtime("n", """{ "y":"99dgUSA91vZkskWNMs-mcQHxS4PVLLSMcUfyzK5F9nU", "x":"DTfyxflwwkHwErtMHZ7H1KZA96HqF7Dol0oYluZ09sE","alg":"ECDH-ES+A256KW","crv":"P-256","kty":"EC"}""").Digest(""));

    [Fact]
    public void Known_session_of_Trustee_has_the_same_digest_and_evidence()
    {
        Assert.SkipWhen(Repository.Shared is null, "The folder of third-party vectors is not here.");
        var folder = Path.Combine(Repository.Shared!, "data", "tdx", "kbs", "generated");
        var request = KbsJson.Read<AttestRequest>(File.ReadAllBytes(Path.Combine(folder, "ec_4_attestation.json")), "attestation");
        var digest = request.RuntimeData.Digest(request.TeeEvidence.Additional);
        var expected = File.ReadAllLines(Path.Combine(folder, "ec_3c_digests_sha384.txt")).Single(line => line.StartsWith("primary ", StringComparison.Ordinal) && !line.Contains("64-byte", StringComparison.Ordinal))["primary ".Length..];

        Assert.Equal(expected, Convert.ToHexStringLower(digest));
        Assert.Equal(Convert.ToBase64String(digest), request.TeeEvidence.Primary.GetProperty("report_data").GetString());
        Assert.Equal(
            File.ReadAllText(Path.Combine(folder, "ec_3b_primary_runtime_data.canonical.json")).Trim(),
            Encoding.UTF8.GetString(CanonicalJson.Serialize(request.RuntimeData.Claims(""))));
    }

    [Fact]
    public async Task Simulated_evidence_states_report_data_and_measurement()
    {
        var source = new InsecureSimulatedEvidenceSource(new string('c', 96));
        var report = await source.GetEvidenceAsync(new byte[48], CancellationToken.None);
        Assert.Equal($$"""{"svn":"1","report_data":"{{Convert.ToBase64String(new byte[48])}}","measurement":"{{new string('c', 96)}}"}""", report.Primary.GetRawText());
        Assert.Equal("sample", source.Tee);
        Assert.Equal("insecure-simulated", source.TrustKind);
    }

    private static RuntimeData Runtime(string nonce, string key) => new() { Nonce = nonce, TeePublicKey = JsonDocument.Parse(key).RootElement };
}
