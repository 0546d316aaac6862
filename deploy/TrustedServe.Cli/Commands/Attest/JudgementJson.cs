using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>A judgement as machines read it. Steps, statuses and claims keep the names that the verifier gives them.</summary>
internal static class JudgementJson
{
    /// <summary>The object to write.</summary>
    public static object Of(Judgement judgement)
    {
        var verdict = judgement.Quote;
        return new
        {
            Accepted = judgement.IsAccepted,
            Refused = judgement.Refusal is { } refusal ? new { refusal.What, refusal.Expected, refusal.Seen, refusal.Advice.Change } : null,
            Status = verdict.Status.ToString(),
            verdict.AdvisoryIds,
            JudgedAt = verdict.Clock,
            verdict.RootKeyId,
            verdict.EvaluationDataNumber,
            Platform = verdict.Platform is { } platform
                ? new
                {
                    Fmspc = Convert.ToHexStringLower(platform.Fmspc.Span),
                    Authority = platform.HasPlatformMembers ? "platform" : "processor",
                    platform.PceSvn,
                    TcbComponents = Convert.ToHexStringLower(platform.TcbComponents.Span),
                }
                : null,
            Tcb = verdict.Tcb is { } tcb ? Tcb(tcb) : null,
            QuoteVersion = verdict.Claims?.QuoteVersion,
            Claims = verdict.Claims?.ToNamedHex().ToDictionary(),
            Steps = verdict.Steps.Select(step => new { Step = step.Step.ToString(), step.Passed, step.Waived, step.Expected, step.Seen }),
            verdict.Validity,
            ValidUntil = verdict.EarliestExpiry?.Until,
            Policy = judgement.Policy?.Rules,
            EventLog = judgement.EventLog is { } log ? EventLog(log) : null,
            judgement.InitData,
        };
    }

    private static object Tcb(TcbAssessment tcb) => new
    {
        LaunchPlatform = tcb.Launch.Platform.ToString(),
        LaunchModule = tcb.Launch.Module?.ToString(),
        CurrentPlatform = tcb.Current?.Platform.ToString(),
        CurrentModule = tcb.Current?.Module?.ToString(),
        QuotingEnclave = tcb.QuotingEnclave.ToString(),
        tcb.Date,
        tcb.PlatformDate,
    };

    private static object EventLog(EventLogComparison log) => new
    {
        log.Holds,
        log.Registers,
        Events = log.Events.Select(line => new { line.Record.Index, line.Record.Rtmr, Type = line.TypeName, Digest = Convert.ToHexStringLower(line.Record.Digest.Span), line.Measured, line.Proof, line.Believed, line.Text }),
    };
}
