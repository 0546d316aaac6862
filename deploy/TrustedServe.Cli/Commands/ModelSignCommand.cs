using System.CommandLine;
using TrustedServe.Cli.Files;
using TrustedServe.Packaging.SealedPackages;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model sign</c>: replaces the publisher's signature; the ciphertext stays as it is.</summary>
internal static class ModelSignCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A sealed package." };
        var key = new Option<string>("--sign") { Description = "Private key (PEM) of the publisher.", Required = true };
        var command = new Command("sign", "Sign a sealed package again without encrypting it again.") { file, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var signer = SigningKeys.Read(parsed.GetValue(key)!);
            await PackageSigner.SignAsync(parsed.GetValue(file)!, signer, cancellationToken);
            Console.WriteLine($"{parsed.GetValue(file)} is signed.");
            return 0;
        });
        return command;
    }
}
