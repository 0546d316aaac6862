using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.KeyBroker.Auditing;
using TrustedServe.KeyBroker.Sessions;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.KeyBroker.Tests;

/// <summary>What callers who show nothing can cost the broker: next to no disk, memory or places.</summary>
public sealed class StrangerTests
{
    [Fact]
    public async Task Refused_strangers_are_counted_not_written_one_by_one()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var broker = await RunningBroker.StartAsync(time);
        for (var i = 0; i < 50; i++)
        {
            (await broker.Wire.ResourceAsync(bearer: "a.b.c")).IsRefused("TokenVerifierError", "TSF3008");
            (await broker.Wire.ResourceAsync()).IsRefused("TokenNotFound", "TSF3025");
            await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", WireClient.AuthBody("tdx"));
            await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/attest", "{}", cookie: "0123");
        }

        Assert.Single(Lines(broker.Audit));
        time.Advance(TimeSpan.FromMinutes(1));
        await broker.Wire.ResourceAsync(bearer: "a.b.c");
        Assert.Equal(2, Lines(broker.Audit).Count);
        await broker.Wire.ResourceAsync(bearer: "a.b.c");
        await broker.Host.DisposeAsync();

        var counts = Lines(broker.Audit).SelectMany(line => line.GetProperty("counts").EnumerateObject()).ToLookup(count => count.Name, count => count.Value.GetInt64());
        Assert.Equal(52, counts["TSF3008"].Sum());
        Assert.All(["TSF3025", "TSF3015", "TSF3009"], code => Assert.Equal(50, counts[code].Sum()));
    }

    [Fact]
    public void Full_audit_file_makes_place_and_the_one_before_it_is_kept()
    {
        using var folder = new TemporaryDirectory();
        var now = TimeProvider.System.GetUtcNow();
        using (var audit = new AuditLog(folder.Path, NullLogger.Instance, fullSize: 2000))
        {
            for (var i = 0; i < 100; i++)
            {
                audit.Record(new AuditEntry { Time = now, Decision = "release", Verdict = "allowed", Resource = $"models/m/{i}" });
            }
        }

        var current = File.ReadAllText(folder["audit.jsonl"]);
        var previous = File.ReadAllText(folder["audit.1.jsonl"]);
        Assert.InRange(previous.Length, 2000, 2200);
        Assert.InRange(current.Length, 1, 2200);
        Assert.Equal("models/m/99", Lines(current)[^1].GetProperty("resource").GetString());
        var numbers = Lines(previous + current).Select(line => int.Parse(line.GetProperty("resource").GetString()!.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
        Assert.All(Directory.GetFiles(folder.Path), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Full_store_gives_up_the_oldest_session_that_has_not_attested()
    {
        var store = new SessionStore(new FakeTimeProvider());
        var attested = store.Start("sample");
        store.Keep(attested, "token");
        var oldest = store.Start("sample");
        var next = store.Start("sample");
        for (var i = 3; i < SessionStore.Capacity; i++)
        {
            store.Start("sample");
        }

        var fresh = store.Start("sample");
        Assert.Equal("token", store.TokenOf(attested.Id));
        Assert.Equal(TsfErrors.SessionRejected, Assert.Throws<TsfException>(() => store.UseNonce(oldest.Id)).Error);
        Assert.Same(next, store.UseNonce(next.Id));
        Assert.Same(fresh, store.UseNonce(fresh.Id));
    }

    [Fact]
    public async Task Request_for_a_challenge_is_small()
    {
        await using var broker = await RunningBroker.StartAsync();
        var answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", WireClient.AuthBody() + new string(' ', 20 << 10));
        answer.IsRefused("SerdeError", "TSF3014", status: HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Attestation_without_a_session_is_refused_before_its_body_is_sent()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var connection = await BeginAttestationAsync(broker, "0123456789abcdef");
        var answer = new byte[12];
        await connection.GetStream().ReadExactlyAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("HTTP/1.1 401", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task Attestations_at_one_time_are_bounded_and_their_places_come_back()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var connections = new List<TcpClient>();
        for (var i = 0; i < 32; i++)
        {
            connections.Add(await BeginAttestationAsync(broker, (await broker.Wire.ChallengeAsync()).Cookie));
        }

        // A body that is none costs the session nothing, so the same session can ask again and again.
        WireClient.WireAnswer answer;
        for (var tries = 0; (answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/attest", "{", cookie)).Status != HttpStatusCode.ServiceUnavailable; tries++)
        {
            Assert.True(tries < 200, answer.Body);
            await Task.Delay(50);
        }

        answer.IsRefused("AttestationError", "TSF3018", status: HttpStatusCode.ServiceUnavailable);
        connections.ForEach(connection => connection.Dispose());
        for (var tries = 0; (answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/attest", "{", cookie)).Status == HttpStatusCode.ServiceUnavailable; tries++)
        {
            Assert.True(tries < 200, answer.Body);
            await Task.Delay(50);
        }

        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(nonce))).Status);
    }

    // Headers that announce a large body, and its first byte only.
    private static async Task<TcpClient> BeginAttestationAsync(RunningBroker broker, string cookie)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, broker.Host.Address.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /kbs/v0/attest HTTP/1.1\r\nHost: broker\r\nCookie: kbs-session-id={cookie}\r\nContent-Length: 2000000\r\n\r\n{{"));
        return connection;
    }

    private static List<JsonElement> Lines(string audit) =>
        [.. audit.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
