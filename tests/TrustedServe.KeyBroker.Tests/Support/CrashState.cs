using System.Net.Sockets;
using System.Net;
using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Jose;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Tokens;
using Version = TrustedServe.BrokerWriter.Version;

namespace TrustedServe.KeyBroker.Tests.Support;

/// <summary>What a broker and a writer that are killed again and again have acknowledged, and whether it is there.</summary>
internal sealed class CrashState(string folder)
{
    /// <summary>Tokens live for five minutes and keys longer; what is nearly over is not asked for.</summary>
    private static readonly TimeSpan Asked = TimeSpan.FromMinutes(4);

    private readonly long[] acknowledged = new long[Version.Resources];
    private readonly List<(long At, string Token)> tokens = [];
    private readonly List<(long At, string Id)> keys = [];
    private readonly int[] releases = new int[Version.Resources];
    private HashSet<string>? beforeOrder;
    private int attestations;
    private int orders;
    private int landed;
    private int writes;

    /// <summary>The last version that is there.</summary>
    public long Last { get; private set; }

    private string OrderFile => Path.Combine(folder, SigningKeyRing.OrderFileName);

    /// <summary>Takes note of writes that returned.</summary>
    public void Acknowledge(IReadOnlyList<long> versions)
    {
        foreach (var version in versions)
        {
            (Last, acknowledged[version % Version.Resources]) = (version, version);
            writes++;
        }
    }

    /// <summary>Attests, fetches a resource and looks at the published keys.</summary>
    public async Task RoundAsync(WireClient wire)
    {
        var (cookie, token) = await wire.AttestAsync();
        attestations++;
        tokens.Add((TimeProvider.System.GetTimestamp(), token));
        var resource = attestations % Version.Resources;
        var answer = await wire.ResourceAsync(cookie, path: Version.IdOf(resource).Path);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        releases[resource]++;
        using var opened = JweReader.Decrypt(FlattenedJwe.Parse(Encoding.UTF8.GetBytes(answer.Body)), wire.Key);
        Assert.NotNull(Version.Of(opened.Span));

        await PublishedAsync(wire);
    }

    /// <summary>Orders a new key, and goes round until cancelled or until the broker is gone.</summary>
    public async Task CallAsync(WireClient wire, CancellationToken cancellationToken)
    {
        try
        {
            OrderKey();
            while (!cancellationToken.IsCancellationRequested)
            {
                await RoundAsync(wire);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            // The broker was killed. A connection that is lost at the instant it is made comes as the socket's own failure.
        }
    }

    /// <summary>Every write that returned is there and whole. One that was under way may be there too, whole.</summary>
    public void CheckResources(string when)
    {
        var next = Last + 1;
        using var store = ResourceStore.Open(folder);
        for (var i = 0; i < Version.Resources; i++)
        {
            using var resource = store.Get(Version.IdOf(i));
            var seen = resource is null ? 0 : Version.Of(resource.Span);
            Assert.True(seen is not null, $"after {when}, resource {i} is torn");
            Assert.True(seen == acknowledged[i] || (seen == next && next % Version.Resources == i), $"after {when}, resource {i}: {acknowledged[i]} was acknowledged, {seen} is there");
            if (seen == next)
            {
                (acknowledged[i], Last) = (next, next);
                landed++;
            }
        }
    }

    /// <summary>Keys that were published once still are, an order for a new one was followed, and tokens of before still open resources.</summary>
    public async Task CheckTokensAsync(Uri broker, string when)
    {
        using var wire = new WireClient(broker);
        var published = await PublishedAsync(wire);
        var lost = keys.Where(key => TimeProvider.System.GetElapsedTime(key.At) < Asked).Select(key => key.Id).Except(published).ToList();
        Assert.True(lost.Count == 0, $"after {when}, {lost.Count} keys are no longer published");
        foreach (var (_, token) in tokens.Where(token => TimeProvider.System.GetElapsedTime(token.At) < Asked).TakeLast(3))
        {
            Assert.Equal(HttpStatusCode.OK, (await wire.ResourceAsync(bearer: token, path: Version.IdOf(Last).Path)).Status);
            releases[Last % Version.Resources]++;
        }
    }

    /// <summary>Every answer that was given is a line; a kill costs half a line at most, and never the next one.</summary>
    public void CheckAudit(int kills)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, "audit.jsonl")).Where(line => line.Length > 0).Select(Parse).ToList();
        Assert.InRange(lines.Count(line => line is null), 0, kills);
        var whole = lines.OfType<JsonElement>().Where(line => line.GetProperty("verdict").GetString() == "allowed").ToList();
        Assert.InRange(whole.Count(line => line.GetProperty("decision").GetString() == "attest"), attestations, int.MaxValue);
        for (var i = 0; i < Version.Resources; i++)
        {
            Assert.InRange(whole.Count(line => line.TryGetProperty("resource", out var resource) && resource.GetString() == Version.IdOf(i).Path), releases[i], int.MaxValue);
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{writes} acknowledged writes, {landed} landed without an acknowledgement, {orders} keys ordered, {keys.Count} published, {attestations} attestations, {releases.Sum()} releases";

    /// <summary>The keys known are those published in the round before.</summary>
    private void OrderKey()
    {
        beforeOrder = [.. keys.Select(key => key.Id)];
        File.WriteAllText(OrderFile, "");
        orders++;
    }

    private async Task<IReadOnlyList<string>> PublishedAsync(WireClient wire)
    {
        var answer = await wire.SendAsync(HttpMethod.Get, "/kbs/v0/jwks");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var ids = answer.Json["keys"]!.AsArray().Select(key => key!["kid"]!.GetValue<string>()).ToList();
        if (beforeOrder is { } before)
        {
            Assert.NotEmpty(ids.Except(before));
            Assert.False(File.Exists(OrderFile));
            beforeOrder = null;
        }

        keys.AddRange(ids.Except(keys.Select(key => key.Id)).Select(id => (TimeProvider.System.GetTimestamp(), id)).ToList());
        return ids;
    }

    private static JsonElement? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
