using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Verification;

/// <summary>Says to a guest which step refused its TDX evidence, and about which claim.</summary>
internal static class TdxRefusals
{
    private const string Message = "The TDX evidence is refused.";

    // A refusal repeats what stood in certificates, which anybody can write.
    private const int MaxText = 500;

    /// <summary>Goes on only with an accepted quote.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="rule">The rule of the policy that was applied, where there is exactly one.</param>
    /// <exception cref="TsfException">TSF3005, or TSF3016 when the quote is bound to something else.</exception>
    public static void ThrowIfRefused(TdxVerdict verdict, string? rule)
    {
        if (verdict.Refusal is { } refusal)
        {
            var ofPolicy = refusal.Step is TdxStep.TcbStatus or TdxStep.Debug;
            throw Refused(
                ClaimOf(refusal.Step),
                refusal.Expected,
                refusal.Seen,
                refusal.Step.ToString(),
                ofPolicy ? rule : null,
                refusal.Step == TdxStep.ReportData ? TsfErrors.ReportDataMismatch : TsfErrors.EvidenceRefused);
        }
    }

    /// <summary>Goes on only with a log that replays to the quote's registers.</summary>
    /// <exception cref="TsfException">TSF3005.</exception>
    public static void ThrowIfNotReplayed(ReadOnlyMemory<byte> eventLog, TdxClaims claims)
    {
        const string Claim = "cc_eventlog";
        const string Step = "EventLog";
        EventLogComparison comparison;
        try
        {
            comparison = EventLog.Parse(eventLog).Compare(claims.Report);
        }
        catch (TsfException exception)
        {
            throw Refused(Claim, "an event log of the TCG", exception.Message, Step);
        }

        if (comparison.Registers.FirstOrDefault(register => !register.Matches) is { } wrong)
        {
            throw Refused(Claim, $"{wrong.Name} {wrong.Expected} (quote)", $"{wrong.Replayed} (replay of {wrong.Events} events)", Step);
        }
    }

    /// <summary>A refusal with its step.</summary>
    public static TsfException Refused(string claim, string expected, string seen, string step, string? rule = null, ErrorCode? error = null) =>
        new Refusal(claim, Short(expected), Short(seen), rule) { Step = step }.As(error ?? TsfErrors.EvidenceRefused, Message);

    private static string ClaimOf(TdxStep step) => step switch
    {
        TdxStep.ReportData => "report_data",
        TdxStep.Debug or TdxStep.ServiceTd => "td_attributes",
        TdxStep.TcbStatus or TdxStep.PlatformTcbLevel or TdxStep.TdxModule or TdxStep.TdxModuleTcbLevel or TdxStep.QeTcbLevel => "tcb_status",
        >= TdxStep.PckChain and <= TdxStep.PckExtension or TdxStep.IntermediateRevocation or TdxStep.PckRevocation => "pck_certificate",
        TdxStep.Collateral or TdxStep.RootCrl or TdxStep.RootCrlValidity or TdxStep.PckCrl or TdxStep.PckCrlValidity => "collateral",
        >= TdxStep.TcbInfoSigner and <= TdxStep.Platform or TdxStep.EvaluationDataNumber => "collateral",
        _ => "quote",
    };

    private static string Short(string text)
    {
        var cut = text.Length <= MaxText ? text : text[..MaxText] + "...";
        return string.Create(cut.Length, cut, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = from[i] is >= ' ' and <= '~' ? from[i] : ' ';
            }
        });
    }
}
