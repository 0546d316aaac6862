using System.CommandLine;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve key</c>: publishers' signing keys and key records.</summary>
internal static class KeyCommands
{
    /// <summary>Creates the command with its verbs.</summary>
    public static Command Create() => new("key", "Make keys and put them into a key broker.")
    {
        KeyCreateCommand.Create(),
        KeyPutCommand.Create(),
        KeyPublisherCommand.Create(),
    };
}
