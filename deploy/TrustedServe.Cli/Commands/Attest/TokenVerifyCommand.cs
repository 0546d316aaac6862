using System.CommandLine;
using System.Text;
using TrustedServe.Attestation.Ear;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary><c>trustedserve attest token verify</c>: what an attestation token says, once it verifies with a pinned signer; a key in its own header is never used.</summary>
internal static class TokenVerifyCommand
{
    /// <summary>The issuer of the embedded broker.</summary>
    private const string EmbeddedIssuer = "trustedserve-key-broker";

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var token = new Option<string>("--token") { Description = "A file with the token; - for standard input.", Required = true };
        var jwks = new Option<string?>("--jwks") { Description = "The signers that are trusted: a JWKS file, or its address (https; http only on loopback)." };
        var key = new Option<string?>("--key") { Description = "The one signer that is trusted: a P-256 public key (PEM)." };
        var certificate = new Option<string?>("--jwks-ca") { Description = "PEM file of the authority that the server of --jwks must chain to; default: the system's." };
        var issuer = new Option<string>("--issuer") { Description = "Who must have issued it.", DefaultValueFactory = _ => EmbeddedIssuer };
        var statuses = new Option<EarStatus[]>("--accept") { Description = "Verdicts of the service that are enough; default: Affirming.", DefaultValueFactory = _ => [EarStatus.Affirming], AllowMultipleArgumentsPerToken = true };
        var json = CommonOptions.Json();
        var command = new Command("verify", "Verify an attestation token; exit code 0 when it is accepted and 1 when it is refused.") { token, jwks, key, certificate, issuer, statuses, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var verifier = new EarVerifier(new EarRules { Issuer = parsed.GetValue(issuer)!, AcceptedStatuses = parsed.GetValue(statuses)!.ToHashSet() }, TimeProvider.System);
            var text = Read(parsed.GetValue(token)!);
            try
            {
                var claims = (parsed.GetValue(jwks), parsed.GetValue(key)) switch
                {
                    ({ } keys, null) when Uri.TryCreate(keys, UriKind.Absolute, out var address) && !address.IsFile => await FetchAndVerifyAsync(verifier, text, address, parsed.GetValue(certificate), cancellationToken),
                    ({ } keys, null) => verifier.Verify(text, EarKeySet.FromJwks(AttestFiles.Read(keys, EarKeySet.MaxLength)), ownKey: null),
                    (null, { } pem) => verifier.Verify(text, EarKeySet.FromPem(Encoding.UTF8.GetString(AttestFiles.Read(pem, EarKeySet.MaxLength))), ownKey: null),
                    _ => throw TsfErrors.Usage.With("Give either --jwks or --key: a token is judged with a signer that is trusted before it is seen."),
                };
                TokenReport.Print(parsed.GetValue(json), claims);
                return 0;
            }
            catch (TsfException refusal) when (TokenReport.IsRefusal(refusal))
            {
                TokenReport.Print(parsed.GetValue(json), refusal);
                return 1;
            }
        });
        return command;
    }

    private static async Task<EarClaims> FetchAndVerifyAsync(EarVerifier verifier, string token, Uri address, string? certificate, CancellationToken cancellationToken)
    {
        using var service = new EarKeyService(address, certificate, TimeProvider.System);
        return await service.VerifyAsync(verifier, token, ownKey: null, cancellationToken);
    }

    /// <summary>The one byte more lets the verifier say that a token is too long.</summary>
    private static string Read(string place)
    {
        const int Most = EarVerifier.MaxTokenLength + 2;
        if (place != "-")
        {
            return Encoding.Latin1.GetString(AttestFiles.Read(place, Most)).TrimEnd('\r', '\n');
        }

        var buffer = new byte[Most];
        using var input = Console.OpenStandardInput();
        return Encoding.Latin1.GetString(buffer, 0, input.ReadAtLeast(buffer, Most, throwOnEndOfStream: false)).TrimEnd('\r', '\n');
    }
}
