using Spectre.Console;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>A judgement as tables for people or as one JSON object for machines.</summary>
internal static class JudgementReport
{
    /// <summary>Prints.</summary>
    public static void Print(bool json, Judgement judgement)
    {
        var verdict = judgement.Quote;
        if (!json)
        {
            PrintClaims(verdict);
            CheckTable.Print("verification", "step", verdict.Steps.Select(step => new CheckRow(step.Passed, step.Step.ToString(), step.Expected, step.Seen, step.Waived)));
            if (judgement.Policy is { } policy)
            {
                CheckTable.Print("policy", "rule", policy.Rules.Select(rule => new CheckRow(rule.Passed, rule.Rule, rule.Expected, rule.Seen)));
            }

            if (judgement.EventLog is { } log)
            {
                PrintEventLog(log);
            }

            if (judgement.InitData is { } document)
            {
                CheckTable.Print("initdata", "register", [new CheckRow(document.Passed, "MRCONFIGID", document.Expected, document.Seen)]);
            }
        }

        Report.Print(json, JudgementJson.Of(judgement), judgement.IsAccepted ? "✓ accepted" : "✗ refused", Summary(judgement));
    }

    /// <summary>Which part of the platform has which status.</summary>
    public static IEnumerable<string> Parts(TcbAssessment tcb)
    {
        yield return $"platform {tcb.Launch.Platform}";
        if (tcb.Launch.Module is { } launched)
        {
            yield return $"TDX module that the guest was launched on {launched}";
        }

        if (tcb.Current is { } current)
        {
            yield return $"TDX module that runs now {current.Module ?? current.Platform}";
        }

        yield return $"quoting enclave {tcb.QuotingEnclave}";
    }

    /// <summary>What an acceptance does not say: steps that an insecure option let pass, and questions that were not asked.</summary>
    public static IEnumerable<(string Name, string Value)> Reservations(Judgement judgement)
    {
        var verdict = judgement.Quote;
        if (verdict.RootKeyId != TrustAnchor.IntelSgxRoot.KeyId)
        {
            yield return ("WAIVED", $"{TdxStep.TrustAnchor}: another root than Intel's is trusted, key {Report.Short(verdict.RootKeyId)}");
        }

        foreach (var step in verdict.Waived)
        {
            yield return ("WAIVED", $"{step.Step}: expected {step.Expected}, seen {step.Seen}");
        }

        if (judgement.IsAccepted && judgement.Policy?.Rules.Any(rule => rule.Rule == "mr_td") is not true)
        {
            yield return ("NOT compared", "which guest it is; --policy with mr_td does");
        }

        if (judgement.IsAccepted && verdict.Steps.All(step => step.Step != TdxStep.ReportData))
        {
            yield return ("NOT compared", "what the quote is bound to, so it may be a replay; --report-data does");
        }
    }

    private static IEnumerable<(string Name, string Value)> Summary(Judgement judgement)
    {
        var verdict = judgement.Quote;
        if (judgement.Refusal is { } refusal)
        {
            yield return ("refused at", refusal.What);
            yield return ("to change", refusal.Advice.Change);
        }

        yield return ("status", verdict.Tcb is { } tcb ? $"{verdict.Status} ({string.Join(", ", Parts(tcb))})" : $"{verdict.Status}");
        yield return ("advisories", verdict.AdvisoryIds.Count > 0 ? string.Join(", ", verdict.AdvisoryIds) : verdict.Tcb is null ? "unknown" : "none");
        yield return ("judged at", AttestOptions.Text(verdict.Clock));
        if (verdict.EarliestExpiry is { } expiry)
        {
            yield return ("first to expire", $"{expiry.Name}, {AttestOptions.Text(expiry.Until)}");
        }

        if (verdict.Platform is { } platform)
        {
            yield return ("platform", $"FMSPC {Convert.ToHexStringLower(platform.Fmspc.Span)}, {(platform.HasPlatformMembers ? "platform" : "processor")} CA");
        }

        if (judgement.EventLog is { } log)
        {
            yield return ("event log", log.Holds ? "replays to the quote's registers" : "does NOT replay to the quote's registers");
        }

        foreach (var reservation in Reservations(judgement))
        {
            yield return reservation;
        }
    }

    private static void PrintClaims(TdxVerdict verdict)
    {
        if (verdict.Claims is { } claims)
        {
            Report.Print(
                json: false,
                claims,
                verdict.IsAccepted ? "what the quote says" : "what the quote says; believe nothing of it, it is refused",
                [("quote", $"version {claims.QuoteVersion}, {claims.BodyType}"), .. claims.ToNamedHex().Select(field => (field.Key, field.Value))]);
        }
    }

    private static void PrintEventLog(EventLogComparison log)
    {
        CheckTable.Print("event log", "register", log.Registers.Select(register => new CheckRow(register.Matches, $"{register.Name}, {register.Events} events", register.Expected, register.Replayed)));
        var table = new Table().Title("events").Border(TableBorder.Rounded).AddColumns("", "RTMR", "type", "digest proves", "text");
        foreach (var line in log.Events)
        {
            table.AddRow(new Text(line.Believed ? "✓" : line.Measured ? "·" : "✗"), new Text($"{line.Record.Rtmr}"), new Text(line.TypeName), new Text($"{line.Proof}"), new Text(line.Text));
        }

        AnsiConsole.Write(table);
    }
}
