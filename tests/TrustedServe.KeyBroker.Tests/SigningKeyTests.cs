using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Jose;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.KeyBroker.Tokens;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.KeyBroker.Tests;

public sealed class SigningKeyTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Published_keys_verify_tokens_and_say_nothing_private()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (_, token) = await broker.Wire.AttestAsync();
        var parts = token.Split('.');
        var published = await KeysAsync(broker);

        var key = Assert.Single(published);
        Assert.Equal(Kid(token), Text(key["kid"]));
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], key.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("ES256", "sig"), (Text(key["alg"]), Text(key["use"])));
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Bytes(Text(key["x"])), Y = Bytes(Text(key["y"])) },
        });
        Assert.True(ecdsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Bytes(parts[2]), HashAlgorithmName.SHA256));
    }

    [Fact]
    public async Task Key_is_changed_without_a_pause()
    {
        var time = new FakeTimeProvider(Start);
        await using var broker = await RunningBroker.StartAsync(time, configure: options => options with { SigningKeyRotation = TimeSpan.FromDays(10) });
        var (_, token) = await broker.Wire.AttestAsync();
        var first = Kid(token);

        // The new key is published, and does not sign before everybody has had time to see it.
        time.Advance(TimeSpan.FromDays(10));
        (_, token) = await broker.Wire.AttestAsync();
        Assert.Equal(first, Kid(token));
        var published = await IdsAsync(broker);
        Assert.Equal(2, published.Count);
        Assert.Equal(first, published[0]);

        time.Advance(SigningKeyRing.Lead - TimeSpan.FromSeconds(1));
        var (_, lastOfFirst) = await broker.Wire.AttestAsync();
        Assert.Equal(first, Kid(lastOfFirst));
        time.Advance(TimeSpan.FromSeconds(1));
        (_, token) = await broker.Wire.AttestAsync();
        Assert.Equal(published[1], Kid(token));

        // Tokens of the old key serve until their end.
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.ResourceAsync(bearer: lastOfFirst)).Status);
        time.Advance(TokenIssuer.Lifetime - TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.ResourceAsync(bearer: lastOfFirst)).Status);

        // Then the key is gone, and its file too.
        time.Advance(TimeSpan.FromMinutes(2));
        (await broker.Wire.ResourceAsync(bearer: lastOfFirst)).IsRefused("TokenVerifierError", "TSF3008");
        Assert.Equal([published[1]], await IdsAsync(broker));
        Assert.Single(Directory.GetFiles(broker.Folder["broker", "signing-keys"]));
    }

    [Fact]
    public async Task File_in_the_folder_orders_one_new_key()
    {
        var time = new FakeTimeProvider(Start);
        await using var broker = await RunningBroker.StartAsync(time);
        var first = await IdsAsync(broker);
        time.Advance(TimeSpan.FromSeconds(1));
        File.WriteAllText(broker.Folder["broker", SigningKeyRing.OrderFileName], "");

        var second = await IdsAsync(broker);
        Assert.Equal(2, second.Count);
        Assert.Equal(first[0], second[0]);
        Assert.False(File.Exists(broker.Folder["broker", SigningKeyRing.OrderFileName]));
        Assert.Equal(second, await IdsAsync(broker));
        Assert.Equal(first[0], Kid((await broker.Wire.AttestAsync()).Token));
    }

    [Fact]
    public async Task Removing_the_file_of_a_key_revokes_it_at_once()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (_, token) = await broker.Wire.AttestAsync();
        File.Delete(Directory.GetFiles(broker.Folder["broker", "signing-keys"]).Single());

        (await broker.Wire.ResourceAsync(bearer: token)).IsRefused("TokenVerifierError", "TSF3008");
        (_, token) = await broker.Wire.AttestAsync();
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.ResourceAsync(bearer: token)).Status);
    }

    [Fact]
    public async Task Brokers_on_one_folder_know_each_other_s_keys_at_once()
    {
        using var folder = new TemporaryDirectory();
        var time = new FakeTimeProvider(Start);
        await using var one = await RunningBroker.StartAsync(time, folder);
        await using var two = await RunningBroker.StartAsync(time, folder);
        time.Advance(TimeSpan.FromDays(30));
        await IdsAsync(one);
        time.Advance(SigningKeyRing.Lead);
        var (_, token) = await one.Wire.AttestAsync();

        Assert.Equal(HttpStatusCode.OK, (await two.Wire.ResourceAsync(bearer: token)).Status);
        Assert.Equal(await IdsAsync(one), await IdsAsync(two));
    }

    [Fact]
    public async Task Rejects_token_that_names_another_key_of_the_broker()
    {
        await using var broker = await RunningBroker.StartAsync();
        File.WriteAllText(broker.Folder["broker", SigningKeyRing.OrderFileName], "");
        var ids = await IdsAsync(broker);
        var (_, token) = await broker.Wire.AttestAsync();
        var parts = token.Split('.');
        foreach (var id in new[] { ids.Single(id => id != Kid(token)), "", "unknown" })
        {
            var header = JsonNode.Parse(Bytes(parts[0]))!;
            header["kid"] = id;
            var changed = StrictBase64Url.Encode(Encoding.UTF8.GetBytes(header.ToJsonString()));
            (await broker.Wire.ResourceAsync(bearer: $"{changed}.{parts[1]}.{parts[2]}")).IsRefused("TokenVerifierError", "TSF3008");
        }
    }

    [Fact]
    public async Task Key_file_that_was_changed_or_renamed_stops_the_broker()
    {
        using var folder = new TemporaryDirectory();
        await (await RunningBroker.StartAsync(folder: folder)).DisposeAsync();
        var path = Directory.GetFiles(folder["broker", "signing-keys"]).Single();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        // Made younger than it is: its name is sealed in.
        var younger = Path.Combine(Path.GetDirectoryName(path)!, "199999999999" + Path.GetFileName(path)[12..]);
        File.Move(path, younger);
        Assert.Equal(TsfErrors.ResourceDamaged, (await Assert.ThrowsAsync<TsfException>(() => RunningBroker.StartAsync(folder: folder))).Error);
        File.Move(younger, path);

        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(TsfErrors.ResourceDamaged, (await Assert.ThrowsAsync<TsfException>(() => RunningBroker.StartAsync(folder: folder))).Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(400 * 24)]
    public async Task Rejects_rotation_times_that_are_none(int hours) => Assert.Equal(
        TsfErrors.InvalidSettings,
        (await Assert.ThrowsAsync<TsfException>(() => RunningBroker.StartAsync(configure: options => options with { SigningKeyRotation = TimeSpan.FromHours(hours) }))).Error);

    private static async Task<List<JsonNode>> KeysAsync(RunningBroker broker)
    {
        var answer = await broker.Wire.SendAsync(HttpMethod.Get, "/kbs/v0/jwks");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. answer.Json["keys"]!.AsArray().Select(key => key!)];
    }

    private static async Task<List<string>> IdsAsync(RunningBroker broker) => [.. (await KeysAsync(broker)).Select(key => Text(key["kid"]))];

    private static string Kid(string token) => Text(JsonNode.Parse(Bytes(token.Split('.')[0]))!["kid"]);

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static byte[] Bytes(string part) => StrictBase64Url.TryDecode(part, 65536, out var bytes) ? bytes : throw new FormatException(part);
}
