using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
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
    private const int Refusals = 20_000;

    [Fact]
    public async Task Every_refused_stranger_is_a_line_apart_from_the_decisions_that_count()
    {
        const int Callers = 8;
        const int Rounds = 125;
        await using var broker = await RunningBroker.StartAsync();
        await broker.Wire.AttestAsync();
        var before = broker.Audit;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                (await broker.Wire.ResourceAsync(bearer: "a.b.c")).IsRefused("TokenVerifierError", "TSF3008");
                (await broker.Wire.ResourceAsync()).IsRefused("TokenNotFound", "TSF3025");
                await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", WireClient.AuthBody("tdx"));
                await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/attest", "{}", cookie: "0123");
            }
        })));
        Assert.Equal(before, broker.Audit);
        await broker.Host.DisposeAsync();

        var lines = Lines(broker.StrangersAudit);
        Assert.Equal(
            ["attest refused TSF3009 1000", "challenge refused TSF3015 1000", "release refused TSF3008 1000", "release refused TSF3025 1000"],
            lines.GroupBy(line => $"{line.GetProperty("decision")} {line.GetProperty("verdict")} {line.GetProperty("code")}").Select(group => $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Strangers_fill_two_bounded_files_and_what_was_dropped_is_told()
    {
        // How far the writer is behind, and when, is up to the machine: one that is loaded may let it keep up with a burst.
        List<JsonElement> dropped;
        var bursts = 0;
        do
        {
            Assert.True(bursts++ < 20, "In none of 20 bursts a line told of dropped ones.");
            dropped = [.. Burst().Where(line => line.GetProperty("decision").GetString() == "dropped")];
        }
        while (dropped.Count == 0);

        Assert.All(dropped, line => Assert.True(line.GetProperty("count").GetInt64() > 0));
    }

    [Fact]
    public void Every_refusal_is_a_line_or_counted_in_one()
    {
        using var folder = new TemporaryDirectory();
        using (var log = new StrangerLog(folder.Path, NullLogger.Instance, TimeProvider.System, capacity: 4))
        {
            Parallel.For(0, Refusals, i => log.Record(new AuditEntry { Time = TimeProvider.System.GetUtcNow(), Decision = "release", Verdict = "refused", Resource = $"models/m/{i}" }));
        }

        Assert.Equal(Refusals, Lines(File.ReadAllText(folder["audit-strangers.jsonl"])).Sum(line => line.TryGetProperty("count", out var count) ? count.GetInt64() : 1));
    }

    [Fact]
    public void Half_a_line_of_a_process_that_was_killed_does_not_spoil_the_next()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["audit.jsonl"], "{\"decision\":\"rel");
        using (var audit = new AuditLog(folder.Path, NullLogger.Instance, TimeProvider.System))
        {
            audit.Record(new AuditEntry { Time = TimeProvider.System.GetUtcNow(), Decision = "release", Verdict = "allowed" });
        }

        var lines = File.ReadAllLines(folder["audit.jsonl"]);
        Assert.Equal(2, lines.Length);
        Assert.Equal("allowed", Lines(lines[1])[0].GetProperty("verdict").GetString());
    }

    [Fact]
    public void Half_a_line_of_another_broker_that_was_killed_does_not_spoil_the_next()
    {
        using var folder = new TemporaryDirectory();
        using var audit = new AuditLog(folder.Path, NullLogger.Instance, TimeProvider.System);
        audit.Record(Released("first"));
        File.AppendAllText(folder["audit.jsonl"], "{\"decision\":\"rel");
        audit.Record(Released("second"));

        var lines = File.ReadAllLines(folder["audit.jsonl"]);
        Assert.Equal(3, lines.Length);
        Assert.Equal(["first", "second"], Resources($"{lines[0]}\n{lines[2]}"));
    }

    [Fact]
    public void Full_audit_file_makes_place_and_the_one_before_it_is_kept()
    {
        using var folder = new TemporaryDirectory();
        var now = TimeProvider.System.GetUtcNow();
        using (var audit = new AuditLog(folder.Path, NullLogger.Instance, TimeProvider.System, fullSize: 2000))
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
        Assert.Equal(2, Directory.GetFiles(folder.Path, "audit.*").Length);
        Assert.All(Directory.GetFiles(folder.Path), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Brokers_on_one_folder_keep_each_other_s_lines()
    {
        const int Brokers = 3;
        const int Rounds = 200;
        using var folder = new TemporaryDirectory();
        var logs = Enumerable.Range(0, Brokers).Select(_ => new AuditLog(folder.Path, NullLogger.Instance, TimeProvider.System)).ToList();
        await Task.WhenAll(logs.Select((log, broker) => Task.Run(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                log.Record(Released($"models/{broker}/{i:D3}"));
                log.RecordStranger(Released($"models/{broker}/{i:D3}"));
            }
        })));
        logs.ForEach(log => log.Dispose());

        var all = Enumerable.Range(0, Brokers).SelectMany(broker => Enumerable.Range(0, Rounds).Select(i => $"models/{broker}/{i:D3}"));
        Assert.Equal(all, Resources(File.ReadAllText(folder["audit.jsonl"])).Order(StringComparer.Ordinal));
        Assert.Equal(all, Resources(File.ReadAllText(folder["audit-strangers.jsonl"])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void File_that_another_broker_found_full_is_not_moved_over_the_one_before_it()
    {
        const int Rounds = 200;
        using var folder = new TemporaryDirectory();
        using var one = new AuditLog(folder.Path, NullLogger.Instance, TimeProvider.System, fullSize: 2000);
        using var other = new AuditLog(folder.Path, NullLogger.Instance, TimeProvider.System, fullSize: 2000);
        for (var i = 0; i < Rounds; i++)
        {
            (i % 3 == 0 ? one : other).Record(Released($"{i:D3}"));
            var previous = File.Exists(folder["audit.1.jsonl"]) ? File.ReadAllText(folder["audit.1.jsonl"]) : null;
            var seen = Resources(previous + File.ReadAllText(folder["audit.jsonl"]));
            Assert.True(previous is null or { Length: >= 2000 and < 2200 }, $"{previous?.Length} after line {i}");
            Assert.Equal(Enumerable.Range(0, i + 1).TakeLast(seen.Count).Select(line => $"{line:D3}"), seen);
        }
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
    public void Full_store_of_attested_sessions_gives_up_the_oldest_and_leaves_time_to_answer_a_challenge()
    {
        var store = new SessionStore(new FakeTimeProvider());
        var attested = Enumerable.Range(0, SessionStore.Capacity).Select(_ => store.Start("sample")).ToList();
        attested.ForEach(session => store.Keep(session, "token"));

        var guest = store.Start("sample");
        Assert.Null(store.TokenOf(attested[0].Id));
        Assert.Equal("token", store.TokenOf(attested[1].Id));
        for (var i = 1; i < SessionStore.Capacity / 2; i++)
        {
            store.Start("sample");
        }

        Assert.Same(guest, store.UseNonce(guest.Id));
        Assert.Equal("token", store.TokenOf(attested[^1].Id));
    }

    [Fact]
    public async Task Callers_that_reset_their_connection_in_mid_body_are_no_failure_of_the_broker()
    {
        // Whether the reading fails or is cancelled first is up to the server.
        const int Callers = 10;
        await using var broker = await RunningBroker.StartAsync();
        for (var i = 0; i < Callers; i++)
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, broker.Host.Address.Port);

            // The broker says 100 when it begins to read the body.
            await connection.GetStream().WriteAsync("POST /kbs/v0/auth HTTP/1.1\r\nHost: broker\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());
            await connection.GetStream().ReadExactlyAsync(new byte["HTTP/1.1 100 Continue\r\n\r\n".Length]).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            await connection.GetStream().WriteAsync("{"u8.ToArray());

            // Closed in this way, a socket resets.
            connection.LingerState = new LingerOption(true, 0);
            connection.Client.Close(0);
        }

        var begun = Stopwatch.GetTimestamp();
        while (broker.Log.Lines.Count(line => line.Text.StartsWith("Request finished", StringComparison.Ordinal)) < Callers)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), broker.Log.All);
            await Task.Delay(10);
        }

        Assert.DoesNotContain(broker.Log.Lines, line => line.Level >= LogLevel.Error);
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

        // A body that is none costs the session nothing, so the same session can ask again and again. Whoever holds a place and sends
        // nothing loses it after some seconds, so on a slow machine the places are taken again until all are taken at one time.
        WireClient.WireAnswer answer;
        var tries = 0;
        do
        {
            Assert.True(tries++ < 50, "The places were never all taken.");
            connections.AddRange(await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => BeginAttestationAsync(broker, cookie))));
            await Task.Delay(50);
            answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/attest", "{", cookie);
        }
        while (answer.Status != HttpStatusCode.ServiceUnavailable);

        answer.IsRefused("AttestationError", "TSF3018", status: HttpStatusCode.ServiceUnavailable);
        connections.ForEach(connection => connection.Dispose());
        for (tries = 0; (answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/attest", "{", cookie)).Status == HttpStatusCode.ServiceUnavailable; tries++)
        {
            Assert.True(tries < 200, answer.Body);
            await Task.Delay(50);
        }

        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(nonce))).Status);
    }

    /// <summary>Refusals as fast as they can be recorded, into a log of little room, until it has begun its second file.</summary>
    /// <returns>The lines of both files.</returns>
    private static List<JsonElement> Burst()
    {
        using var folder = new TemporaryDirectory();
        var entry = new AuditEntry { Time = TimeProvider.System.GetUtcNow(), Decision = "release", Verdict = "refused", Resource = "models/m/1", Reason = new string('x', 100_000) };
        using (var log = new StrangerLog(folder.Path, NullLogger.Instance, TimeProvider.System, fullSize: 20_000, capacity: 4))
        {
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < Refusals || !File.Exists(folder["audit-strangers.1.jsonl"]); i++)
            {
                Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromMinutes(1), "The first file was not full within a minute.");
                log.Record(entry);
            }
        }

        var files = Directory.GetFiles(folder.Path, "audit-strangers.*");
        Assert.Equal(["audit-strangers.1.jsonl", "audit-strangers.jsonl"], files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 22_000));
        return [.. files.SelectMany(file => Lines(File.ReadAllText(file)))];
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

    private static AuditEntry Released(string resource) =>
        new() { Time = TimeProvider.System.GetUtcNow(), Decision = "release", Verdict = "allowed", Resource = resource };

    private static List<string?> Resources(string audit) => [.. Lines(audit).Select(line => line.GetProperty("resource").GetString())];

    private static List<JsonElement> Lines(string audit) =>
        [.. audit.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
