using System.Text.Json;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Tests;

public sealed class AuditTests
{
    [Fact]
    public async Task Every_decision_is_a_line_that_says_who_what_and_why()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var known = broker.Client();
        using var unknown = broker.Client(TestPolicy.Unknown);
        (await known.GetAsync(RunningBroker.Model, CancellationToken.None)).Dispose();
        await Assert.ThrowsAsync<TsfException>(() => unknown.GetAsync(RunningBroker.Model, CancellationToken.None));
        await Assert.ThrowsAsync<TsfException>(() => known.GetAsync(RunningBroker.NoRule, CancellationToken.None));
        await broker.Wire.ResourceAsync(bearer: "a.b.c");
        await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", WireClient.AuthBody("tdx"));

        var (strangersCookie, _) = await broker.Wire.ChallengeAsync();
        var (_, anothersNonce) = await broker.Wire.ChallengeAsync();
        await broker.Wire.AttestAsync(strangersCookie, broker.Wire.Attestation(anothersNonce));
        await broker.Wire.ResourceAsync(path: "models");
        await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", "{");
        await broker.Wire.SendAsync(HttpMethod.Delete, "/kbs/v0/auth");
        await broker.Host.DisposeAsync();

        Assert.Equal(
            [
                $"attest allowed - sample {TestPolicy.Known} - -",
                $"release allowed models/langid/v1 sample {TestPolicy.Known} models -",
                $"release refused rows/langid/v1 sample {TestPolicy.Known} - TSF3004",
            ],
            Decisions(broker.Audit));
        Assert.Equal(
            [
                $"attest allowed - sample {TestPolicy.Unknown} - -",
                $"release refused models/langid/v1 sample {TestPolicy.Unknown} models TSF3017",
                "release refused models/langid/v1 - - - TSF3008",
                "challenge refused - - - - TSF3015",
                "attest refused - sample - - TSF3009",
                "request refused - - - - TSF3001",
                "request refused - - - - TSF3014",
                "request refused - - - - TSF3019",
            ],
            Decisions(broker.StrangersAudit));
        Assert.Equal(Decisions(broker.Audit + broker.StrangersAudit).Count, broker.Log.Lines.Count(line => line.Id == 3001));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(broker.Folder["broker", "audit.jsonl"]));
    }

    private static List<string> Decisions(string audit) =>
        [.. audit.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => string.Join(' ', new[] { "decision", "verdict", "resource", "tee", "measurement", "rule", "code" }
                .Select(name => line.TryGetProperty(name, out var value) ? value.GetString() : "-")))];

    [Fact]
    public async Task No_secret_stands_in_audit_log_exception_or_file()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var client = broker.Client();
        (await client.GetAsync(RunningBroker.Model, CancellationToken.None)).Dispose();
        var exception = await Assert.ThrowsAsync<TsfException>(() => client.GetAsync(RunningBroker.NoRule, CancellationToken.None));
        var (cookie, token) = await broker.Wire.AttestAsync();
        await broker.Wire.ResourceAsync(cookie);
        await broker.Wire.ResourceAsync(bearer: token + "x");
        var rootKey = File.ReadAllBytes(broker.Folder["broker", "root.key"]);
        await broker.Host.DisposeAsync();

        var text = string.Join('\n', broker.Audit, broker.StrangersAudit, broker.Log.All, exception.ToString());
        Assert.NotEmpty(broker.Log.Lines);
        foreach (var secret in new[] { RunningBroker.Secret, rootKey })
        {
            Assert.DoesNotContain(Convert.ToBase64String(secret)[..20], text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(secret)[..20], text, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain(token[^40..], text, StringComparison.Ordinal);
        Assert.DoesNotContain(cookie, text, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(broker.Folder["broker"], "*", SearchOption.AllDirectories))
        {
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(RunningBroker.Secret.AsSpan(0, 16)) < 0, file);
        }
    }

    [Fact]
    public async Task Text_of_a_caller_cannot_forge_a_line()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var body = broker.Wire.Attestation(nonce);
        body["tee-evidence"]!["primary_evidence"]!["svn"] = "\n{\"x\":";
        await broker.Wire.AttestAsync(cookie, body);
        await broker.Host.DisposeAsync();
        Assert.All((broker.Audit + broker.StrangersAudit).Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonDocument.Parse(line));
    }

    [Fact]
    public async Task Failure_inside_the_broker_does_not_tell_its_paths()
    {
        await using var broker = await RunningBroker.StartAsync();
        File.WriteAllBytes(broker.Folder["broker", "resources", "models~langid~v1.sealed"], new byte[100]);
        var (cookie, _) = await broker.Wire.AttestAsync();
        var answer = await broker.Wire.ResourceAsync(cookie);
        answer.IsRefused("PluginInternalError", "TSF3022");
        Assert.DoesNotContain(broker.Folder.Path, answer.Body, StringComparison.Ordinal);

        File.Delete(broker.Folder["broker", "resources", "models~langid~v1.sealed"]);
        File.CreateSymbolicLink(broker.Folder["broker", "resources", "models~langid~v1.sealed"], broker.Folder["broker"]);
        answer = await broker.Wire.ResourceAsync(cookie);
        answer.IsRefused("PluginInternalError", "TSF0008", status: System.Net.HttpStatusCode.InternalServerError);
        Assert.DoesNotContain(broker.Folder.Path, answer.Body, StringComparison.Ordinal);
    }
}
