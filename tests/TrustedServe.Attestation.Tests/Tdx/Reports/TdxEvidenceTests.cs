using System.Text.Json;
using CsCheck;
using TrustedServe.Attestation.Tdx.Reports;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.Reports;

public sealed class TdxEvidenceTests
{
    [Fact]
    public void Evidence_WrittenAndRead_IsTheSame() => Gen.Select(Gen.Byte.Array[1, 200], Gen.Byte.Array[0, 200]).Sample((quote, log) =>
    {
        var read = TdxEvidence.Parse(new TdxEvidence(quote, log).ToElement());
        Assert.Equal(quote, read.Quote.ToArray());
        Assert.Equal(log, read.EventLog.ToArray());
    });

    [Theory]
    [InlineData("{\"quote\": \"AQ==\"}")]
    [InlineData("{\"cc_eventlog\": null, \"quote\": \"AQ==\", \"added\": {}}")]
    public void Accepts_EvidenceWithoutALog(string json)
    {
        var evidence = Parse(json);
        Assert.Equal([1], evidence.Quote.ToArray());
        Assert.True(evidence.EventLog.IsEmpty);
    }

    [Theory]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "has no quote")]
    [InlineData("{\"quote\": null}", "has no quote")]
    [InlineData("{\"quote\": \"\"}", "has no quote")]
    [InlineData("{\"quote\": 1}", "quote of TDX evidence is not base64")]
    [InlineData("{\"quote\": \"*\"}", "quote of TDX evidence is not base64")]
    [InlineData("{\"quote\": \"\\ud800\"}", "quote of TDX evidence is not base64")]
    [InlineData("{\"quote\": \"AQ==\", \"cc_eventlog\": \"AQ\"}", "cc_eventlog of TDX evidence is not base64")]
    public void Rejects_WhatIsNotEvidence(string json, string why)
    {
        var refusal = Assert.Throws<TsfException>(() => Parse(json));
        Assert.Equal("TSF3304", refusal.Code);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_PartsOverTheirLimits()
    {
        Assert.Contains("at most 65536", Assert.Throws<TsfException>(() => TdxEvidence.Parse(new TdxEvidence(new byte[65_537], default).ToElement())).Message, StringComparison.Ordinal);
        Assert.Contains("at most 4194304", Assert.Throws<TsfException>(() => TdxEvidence.Parse(new TdxEvidence(new byte[1], new byte[(4 << 20) + 1]).ToElement())).Message, StringComparison.Ordinal);
    }

    private static TdxEvidence Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return TdxEvidence.Parse(document.RootElement);
    }
}
