using System.Text.Json;
using CsCheck;
using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.EventLogs;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Cli.Commands.Attest;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Tests.Attest;

public sealed class JudgementTests
{
    private static readonly EvidenceInput Sound = new()
    {
        Quote = new SyntheticQuote().Build(),
        Collateral = new SyntheticCollateral().Build(),
        Policy = AttestationPolicy.Parse("""{"formatVersion":1}"""u8.ToArray(), PolicyUse.Inspection, "/"),
        Options = new TdxVerifierOptions { TrustAnchor = SyntheticPki.Shared.Anchor },
        Clock = SyntheticCollateral.Clock,
        EventLog = null,
        InitData = null,
    };

    [Fact]
    public void Sound_evidence_is_accepted()
    {
        Assert.True(Judgement.Of(Sound).IsAccepted);
    }

    [Fact]
    public void Spoiled_quote_is_accepted_only_with_what_nobody_signs_and_is_always_explained() =>
        SpoiltBytes.Of([Sound.Quote, new SyntheticQuote { Version = 5, BodyType = 3 }.Build()]).Sample(
            quote =>
            {
                var judgement = Judgement.Of(Sound with { Quote = quote });
                Assert.Equal(judgement.IsAccepted, judgement.Quote.IsAccepted);
                Assert.NotEmpty(judgement.Refusal?.Advice.Change ?? "-");
                Assert.NotEmpty(JsonSerializer.Serialize(JudgementJson.Of(judgement), StrictJson.Indented));
            },
            iter: 1_000,
            threads: 1);

    [Fact]
    public void Event_log_and_initdata_are_not_compared_with_bytes_that_are_no_quote()
    {
        var judgement = Judgement.Of(Sound with { Quote = [1, 2, 3], EventLog = EventLog.Parse(new SyntheticLog().ToArray()), InitData = [1] });
        Assert.Equal("Format", judgement.Refusal?.What);
        Assert.Null(judgement.EventLog);
        Assert.Null(judgement.InitData);
    }

    [Fact]
    public void Empty_event_log_does_not_replay_to_measured_registers()
    {
        var judgement = Judgement.Of(Sound with { EventLog = EventLog.Parse(new SyntheticLog().ToArray()) });
        Assert.False(judgement.IsAccepted);
        Assert.Equal("event log, RTMR0", judgement.Refusal?.What);
    }

    [Fact]
    public void Hexadecimal_digits_are_read_back_and_nothing_else_is_read() => Gen.Byte.Array[1, 64].Sample(bytes =>
    {
        var text = Convert.ToHexString(bytes);
        Assert.Equal(bytes, AttestOptions.Hex("--x", text, 1, 64));
        Assert.Equal(TsfErrors.Usage, Assert.Throws<TsfException>(() => AttestOptions.Hex("--x", text[1..], 1, 64)).Error);
        Assert.Equal(TsfErrors.Usage, Assert.Throws<TsfException>(() => AttestOptions.Hex("--x", text[..^1] + 'g', 1, 64)).Error);
        Assert.Equal(TsfErrors.Usage, Assert.Throws<TsfException>(() => AttestOptions.Hex("--x", text + text, 1, bytes.Length)).Error);
    });

    [Fact]
    public void Any_text_is_a_time_or_a_refusal() => Gen.String.Sample(text =>
    {
        try
        {
            _ = AttestOptions.Time(text);
        }
        catch (TsfException exception)
        {
            Assert.Equal(TsfErrors.Usage, exception.Error);
        }
    });
}
