using System.Text.Json;
using CsCheck;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Protocol.Tests.Json;

public sealed class StrictJsonTests
{
    private const string Good = """{"model":"m","version":"1","store":"/s","socket":"/w.sock","trust":{"keySource":"guestApi"}}""";

    [Fact]
    public void Config_IsReadAsItWasWritten() =>
        Gen.Select(Gen.String, Gen.String, Gen.Int, Gen.Bool).Sample((model, store, lanes, simulated) =>
        {
            var config = new WorkerConfig
            {
                Model = model,
                Version = "1",
                Store = store,
                Socket = "/w.sock",
                Trust = new TrustConfig { InsecureSimulatedEvidence = simulated, Broker = new Uri("http://127.0.0.1:1") },
                Lanes = lanes,
            };

            // Lone surrogates have no UTF-8 form and are replaced when written: what can be written is read back.
            var line = JsonSerializer.Serialize(config, StrictJson.Compact);
            Assert.Equal(line, JsonSerializer.Serialize(Read(line), StrictJson.Compact));
            Assert.DoesNotContain('\n', line);
        });

    [Fact]
    public void Accepts_WhatIsComplete()
    {
        var config = Read(Good);
        Assert.Equal(("m", KeySourceKind.GuestApi, 256), (config.Model, config.Trust.KeySource, config.QueueCapacity));
    }

    [Theory]
    [InlineData("""{"model":"m","version":"1","store":"/s","socket":"/w.sock","trust":{},"extra":1}""")]
    [InlineData("""{"model":"m","version":"1","store":"/s","socket":"/w.sock","trust":{"extra":{}}}""")]
    [InlineData("""{"model":"m","model":"n","version":"1","store":"/s","socket":"/w.sock","trust":{}}""")]
    [InlineData("""{"model":"m","version":"1","store":"/s","socket":"/w.sock"}""")]
    [InlineData("""{"model":null,"version":"1","store":"/s","socket":"/w.sock","trust":{}}""")]
    [InlineData("""{"Model":"m","version":"1","store":"/s","socket":"/w.sock","trust":{}}""")]
    [InlineData("""{"model":"m","version":"1","store":"/s","socket":"/w.sock","trust":{"keySource":1}}""")]
    [InlineData("""{"model":"m","version":"1","store":"/s","socket":"/w.sock","trust":{},}""")]
    [InlineData("""{"model":"m",/*c*/"version":"1","store":"/s","socket":"/w.sock","trust":{}}""")]
    [InlineData("""{"model":"m","version":"1","store":"/s","socket":"/w.sock","trust":{},"lanes":"2"}""")]
    public void Rejects_UnknownDoubledMissingNullAndLooseMembers(string json) => Assert.Throws<JsonException>(() => Read(json));

    [Fact]
    public void Rejects_WhatIsNestedTooDeep()
    {
        var deep = string.Concat(Enumerable.Repeat("[", StrictJson.MaxDepth + 1)) + string.Concat(Enumerable.Repeat("]", StrictJson.MaxDepth + 1));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<JsonElement>(deep, StrictJson.Compact));
    }

    private static WorkerConfig Read(string json) => JsonSerializer.Deserialize<WorkerConfig>(json, StrictJson.Compact)!;
}
