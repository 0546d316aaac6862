using System.CommandLine;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Cli.Output;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary><c>trustedserve attest collateral fetch</c>: gets the collateral of one kind of platform as one file. The only verb of <c>attest</c> that uses a network.</summary>
internal static class CollateralFetchCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var quote = new Option<string?>("--quote") { Description = "A quote of the platform; instead of --fmspc and --ca." };
        var fmspc = new Option<string?>("--fmspc") { Description = "The kind of platform: 12 hexadecimal digits." };
        var authority = new Option<PckAuthority?>("--ca") { Description = "Who certified the platform." };
        var source = new Option<string>("--source") { Description = "A PCS or PCCS, the address before tdx/certification/v4; nothing else is asked, but for Intel's own service Intel's root list.", DefaultValueFactory = _ => CollateralServiceOptions.IntelAddress.OriginalString };
        var update = new Option<string>("--update") { Description = "early: fixes count as soon as they are published; standard: some months later.", DefaultValueFactory = _ => "early" };
        var output = new Option<string>("--out") { Description = "The bundle to write, or a folder that gets it under its platform's name.", Required = true };
        var root = AttestOptions.InsecureTrustRoot();
        var json = CommonOptions.Json();
        update.AcceptOnlyFromAmong("early", "standard");
        var command = new Command("fetch", "Fetch the collateral of a kind of platform, verify it and write it as one file.") { quote, fmspc, authority, source, update, output, root, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = Request(parsed.GetValue(quote), parsed.GetValue(fmspc), parsed.GetValue(authority));
            var address = Uri.TryCreate(parsed.GetValue(source), UriKind.Absolute, out var absolute) ? absolute : throw TsfErrors.Usage.With($"--source takes an address such as {CollateralServiceOptions.IntelAddress}.");
            var collateral = await FetchAsync(address, parsed.GetValue(update)!, request, cancellationToken);
            var verified = VerifiedCollateral.Create(collateral, AttestOptions.Anchor(parsed.GetValue(root)));
            RefuseDefects(verified, request);
            var target = parsed.GetValue(output)!;
            if (Directory.Exists(target))
            {
                new CollateralDirectory(target).Write(request, collateral);
            }
            else
            {
                AttestFiles.Write(target, CollateralBundle.Write(collateral));
            }

            var first = verified.Validity.MinBy(piece => piece.Until)!;
            Report.Print(
                parsed.GetValue(json),
                new { request.Fmspc, Authority = request.AuthorityName, Source = address, Out = target, verified.Validity },
                $"collateral of {request}",
                [("from", address.OriginalString), ("written to", target), .. verified.Validity.Select(piece => (piece.Name, $"{AttestOptions.Text(piece.From)} to {AttestOptions.Text(piece.Until)}")), ("fetch again before", $"{AttestOptions.Text(first.Until)} ({first.Name})")]);
            return 0;
        });
        return command;
    }

    private static CollateralRequest Request(string? quote, string? fmspc, PckAuthority? authority) => (quote, fmspc, authority) switch
    {
        ({ } file, null, null) => CollateralFiles.RequestFor(AttestFiles.Read(file, TdxQuote.MaxLength + 1)),
        (null, { } hex, { } certifier) => new CollateralRequest(AttestOptions.Hex("--fmspc", hex, 6, 6), certifier),
        _ => throw TsfErrors.Usage.With("Give either --quote, or --fmspc and --ca."),
    };

    private static async Task<TdxCollateral> FetchAsync(Uri source, string update, CollateralRequest request, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !source.IsLoopback });
        return await new CollateralService(client, new CollateralServiceOptions { Address = source, Update = update }, TimeProvider.System).GetAsync(request, cancellationToken);
    }

    /// <summary>What does not verify, or is another platform's, is not written: it would replace what may still be good.</summary>
    private static void RefuseDefects(VerifiedCollateral verified, CollateralRequest request)
    {
        if (verified.FirstDefect is { } defect)
        {
            throw TsfErrors.MalformedCollateral.With($"What was fetched does not verify, so nothing was written. {defect.Step}: expected {defect.Expected}, seen {defect.Seen}.");
        }

        var fmspc = Convert.ToHexStringLower(verified.TcbInfo!.Fmspc);
        if (fmspc != request.Fmspc)
        {
            throw TsfErrors.MalformedCollateral.With($"TCB info for FMSPC {request.Fmspc} was asked for and that for {fmspc} was given, so nothing was written.");
        }
    }
}
