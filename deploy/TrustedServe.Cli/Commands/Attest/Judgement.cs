using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>All verdicts about one quote; it is accepted when every one that was asked for accepts.</summary>
/// <param name="Quote">The verifier's.</param>
/// <param name="Policy">The policy's; null without a policy, and for a quote that did not get so far.</param>
/// <param name="EventLog">The event log's; null without one, and for bytes that are no quote.</param>
/// <param name="InitData">The initdata document's; null likewise.</param>
internal sealed record Judgement(TdxVerdict Quote, PolicyVerdict? Policy, EventLogComparison? EventLog, InitDataMatch? InitData)
{
    /// <summary>The first thing that fails, in the order in which people must mend them; null when the evidence is accepted.</summary>
    public Finding? Refusal { get; private init; }

    /// <summary>Nothing fails.</summary>
    public bool IsAccepted => Refusal is null;

    /// <summary>Judges.</summary>
    public static Judgement Of(EvidenceInput input)
    {
        var collateral = input.Collateral is { } given ? VerifiedCollateral.Create(given, input.Options.TrustAnchor) : null;
        var verdict = collateral is null
            ? TdxVerifier.Verify(input.Quote, collateral: null, input.Clock, input.Options)
            : TdxVerifier.Verify(input.Quote, collateral, input.Clock, input.Options);
        var report = verdict.Claims is { } claims ? claims.Report : default;
        var judgement = new Judgement(
            verdict,
            collateral is not null && input.Policy is { } policy && PolicyVerifier.ClaimsOf(verdict, collateral) is { } judged ? policy.Evaluate(judged, input.Clock) : null,
            verdict.Claims is not null ? input.EventLog?.Compare(report) : null,
            verdict.Claims is not null && input.InitData is { } document ? InitDataMatch.Of(document, report.MrConfigId) : null);
        return judgement with { Refusal = judgement.FindRefusal() };
    }

    private Finding? FindRefusal()
    {
        if (Quote.Refusal is { } step)
        {
            return new Finding(step.Step.ToString(), step.Expected, step.Seen, StepAdvice.For(step.Step, Quote.Tcb));
        }

        if (Policy?.Rules.FirstOrDefault(rule => !rule.Passed) is { } broken)
        {
            return new Finding(broken.Rule, broken.Expected, broken.Seen, OtherAdvice.ForRule(broken.Rule));
        }

        if (EventLog?.Registers.FirstOrDefault(register => !register.Matches) is { } wrong)
        {
            return new Finding($"event log, {wrong.Name}", wrong.Expected, wrong.Replayed, OtherAdvice.EventLog(wrong));
        }

        return InitData is { Passed: false } other ? new Finding("initdata", other.Expected, other.Seen, OtherAdvice.InitData) : null;
    }
}
