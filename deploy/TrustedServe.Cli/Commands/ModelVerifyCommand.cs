using System.CommandLine;
using TrustedServe.Cli.Files;
using TrustedServe.Cli.Output;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve model verify</c>: with the key everything is checked; without it, the command says what it could not prove.</summary>
internal static class ModelVerifyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A sealed package." };
        var publisher = new Option<string?>("--publisher") { Description = "Public key (PEM) of the publisher." };
        var key = new Option<bool>("--with-key") { Description = "Also decrypt and check everything inside, with the key record of --record or of the embedded broker. Nothing is written." };
        var record = new Option<string?>("--record") { Description = "File of the key record." };
        var folder = CommonOptions.BrokerFolder();
        var json = CommonOptions.Json();
        var command = new Command("verify", "Check a sealed package and say exactly what was proven.") { file, publisher, key, record, folder, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var source = ModelStores.OpenFile(parsed.GetValue(file)!);
            using var publisherKey = parsed.GetValue(publisher) is { } pem ? SigningKeys.Read(pem) : null;
            var report = await PackageVerifier.VerifyWithoutKeyAsync(source, SigningKeys.PublicKey(publisherKey), cancellationToken);
            if (parsed.GetValue(key) || parsed.GetValue(record) is not null)
            {
                using var keyRecord = KeyRecords.Find(parsed.GetValue(record), parsed.GetValue(folder)!, KeyId.Parse(report.Envelope.KeyId));
                var package = await SealedPackage.OpenAsync(source, cancellationToken);
                await package.VerifyAsync(keyRecord, ModelSealCommand.Progress(parsed.GetValue(json)), cancellationToken);
                report = PackageVerifier.WithContent(report);
            }

            Report.Print(
                parsed.GetValue(json),
                report,
                $"sealed package {report.Envelope.Model} {report.Envelope.Version}",
                [("signature", $"{report.Signature}{(report.Signer is { } signer ? $", names {Report.Short(signer)}" : "")}"), .. report.Proven.Select(line => ("proven", line)), .. report.NotProven.Select(line => ("NOT proven", line))]);
            // Who names a publisher asks whether that publisher made it: anything but yes is no.
            return publisherKey is null || report.Signature == SignatureState.Valid ? 0 : 1;
        });
        return command;
    }
}
