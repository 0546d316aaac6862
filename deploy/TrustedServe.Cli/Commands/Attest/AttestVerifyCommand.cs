using System.CommandLine;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary><c>trustedserve attest verify</c>: every step of a quote's verification, what the quote says, and the verdict.</summary>
internal static class AttestVerifyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var arguments = new EvidenceArguments();
        var json = CommonOptions.Json();
        var command = new Command("verify", "Verify a quote; without network, exit code 0 when it is accepted and 1 when it is refused.");
        arguments.AddTo(command);
        command.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var judgement = Judgement.Of(await arguments.ReadAsync(parsed, cancellationToken));
            JudgementReport.Print(parsed.GetValue(json), judgement);
            return judgement.IsAccepted ? 0 : 1;
        });
        return command;
    }
}
