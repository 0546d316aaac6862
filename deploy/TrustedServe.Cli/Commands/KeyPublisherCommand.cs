using System.CommandLine;
using System.Security.Cryptography;
using TrustedServe.Cli.Files;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve key publisher</c>: a signing key for sealed packages.</summary>
internal static class KeyPublisherCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var output = new Option<string>("--out") { Description = "File of the private key (PEM, mode 0600); the public key goes beside it with '.pub'.", Required = true };
        var json = CommonOptions.Json();
        var command = new Command("publisher", "Make an ECDSA P-256 key that signs sealed packages.") { output, json };
        command.SetAction(parsed =>
        {
            var file = parsed.GetValue(output)!;
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            PrivateFile.Write(file, key.ExportPkcs8PrivateKeyPem() + "\n");
            File.WriteAllText(file + ".pub", key.ExportSubjectPublicKeyInfoPem() + "\n");
            var fingerprint = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
            Report.Print(
                parsed.GetValue(json),
                new { PrivateKey = file, PublicKey = file + ".pub", Fingerprint = fingerprint },
                "publisher key",
                [("private key", $"{file} (keep it: whoever has it can publish in your name)"), ("public key", file + ".pub"), ("fingerprint", fingerprint)]);
            return 0;
        });
        return command;
    }
}
