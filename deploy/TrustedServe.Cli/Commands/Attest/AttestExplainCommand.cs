using System.CommandLine;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary><c>trustedserve attest explain</c>: the one thing to change about a refused quote.</summary>
internal static class AttestExplainCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var arguments = new EvidenceArguments();
        var json = CommonOptions.Json();
        var command = new Command("explain", "Name the one thing to change about a quote that is refused; takes what verify takes, with its exit codes.");
        arguments.AddTo(command);
        command.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var judgement = Judgement.Of(await arguments.ReadAsync(parsed, cancellationToken));
            if (judgement.Refusal is { } refusal)
            {
                Report.Print(
                    parsed.GetValue(json),
                    new { Accepted = false, Refused = refusal.What, refusal.Expected, refusal.Seen, refusal.Advice.Meaning, refusal.Advice.Who, refusal.Advice.Change, Parts = Parts(judgement.Quote) },
                    $"✗ refused: {refusal.What}",
                    [
                        ("expected", refusal.Expected),
                        ("seen", refusal.Seen),
                        .. Parts(judgement.Quote).Select(part => ("of which", part)),
                        ("this means", refusal.Advice.Meaning),
                        ("who can change it", refusal.Advice.Who),
                        ("the one thing to change", refusal.Advice.Change),
                    ]);
                return 1;
            }

            var expiry = judgement.Quote.EarliestExpiry;
            var reservations = JudgementReport.Reservations(judgement).ToList();
            Report.Print(
                parsed.GetValue(json),
                new { Accepted = true, ValidUntil = expiry?.Until, Reservations = reservations.Select(reservation => $"{reservation.Name}: {reservation.Value}") },
                "✓ accepted",
                [("nothing to change", reservations.Count == 0 ? "every step holds" : "with these reservations"), .. reservations, ("holds until", expiry is null ? "-" : $"{AttestOptions.Text(expiry.Until)} ({expiry.Name})")]);
            return 0;
        });
        return command;
    }

    /// <summary>Which part of the platform a status comes from.</summary>
    private static string[] Parts(TdxVerdict verdict) => verdict is { Refusal.Step: TdxStep.TcbStatus, Tcb: { } tcb } ? [.. JudgementReport.Parts(tcb)] : [];
}
