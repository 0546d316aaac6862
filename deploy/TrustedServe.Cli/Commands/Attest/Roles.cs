namespace TrustedServe.Cli.Commands.Attest;

/// <summary>Who can change something about evidence.</summary>
internal static class Roles
{
    /// <summary>Took the quote and sent it.</summary>
    public const string Sender = "whoever sends the evidence";

    /// <summary>Runs the machine: firmware, microcode, TDX module, quoting service.</summary>
    public const string Operator = "the platform's operator";

    /// <summary>Builds and starts the guest.</summary>
    public const string GuestOwner = "the guest's owner";

    /// <summary>Verifies, and chooses collateral and policy.</summary>
    public const string Verifier = "whoever verifies";
}
