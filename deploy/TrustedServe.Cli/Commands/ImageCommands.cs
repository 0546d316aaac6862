using System.CommandLine;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve image</c>: the container image.</summary>
internal static class ImageCommands
{
    /// <summary>Creates the command with its verb.</summary>
    public static Command Create() => new("image", "Make the container image of front end and worker, without a container engine.") { ImageBuildCommand.Create() };
}
