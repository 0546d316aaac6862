using System.CommandLine;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary><c>trustedserve attest</c>: evidence that a guest is what it says, and what its verification needs.</summary>
internal static class AttestCommands
{
    /// <summary>Creates the command with its verbs.</summary>
    public static Command Create() => new("attest", "Take, verify and explain TDX evidence; check attestation tokens; fetch and check the collateral that verification needs.")
    {
        AttestVerifyCommand.Create(),
        AttestExplainCommand.Create(),
        AttestEvidenceCommand.Create(),
        new Command("token", "Check attestation tokens (EAR) that a key broker issued.")
        {
            TokenVerifyCommand.Create(),
        },
        new Command("collateral", "Fetch, show and check collateral bundles.")
        {
            CollateralFetchCommand.Create(),
            CollateralShowCommand.Create(),
            CollateralVerifyCommand.Create(),
        },
    };
}
