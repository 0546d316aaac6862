using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>Collateral on disk, and which of it a quote needs.</summary>
internal static class CollateralFiles
{
    /// <summary>Reads a bundle.</summary>
    public static TdxCollateral Read(string bundle) => CollateralBundle.Parse(AttestFiles.Read(bundle, CollateralBundle.MaxLength));

    /// <summary>Reads a bundle, or what a folder has for a quote's platform; null for a quote that names no platform, which is refused before collateral matters.</summary>
    public static async Task<TdxCollateral?> FindAsync(string path, ReadOnlyMemory<byte> quote, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path))
        {
            return Read(path);
        }

        try
        {
            return await new CollateralDirectory(path).GetAsync(RequestFor(quote.Span), cancellationToken);
        }
        catch (TsfException exception) when (exception.Error == TsfErrors.CertificateMalformed || exception.Error == TsfErrors.QuoteRefused)
        {
            return null;
        }
    }

    /// <summary>Which collateral a quote needs, as its certificate says; nothing of it is believed.</summary>
    /// <exception cref="TsfException">TSF3201: not a quote. TSF3202: its certificate does not name the platform.</exception>
    public static CollateralRequest RequestFor(ReadOnlySpan<byte> bytes)
    {
        if (!TdxQuote.TryParse(bytes, out var quote, out var defect))
        {
            throw TsfErrors.QuoteRefused.With($"{defect}");
        }

        var leaf = SgxCertificate.Parse(PemChain.Split(quote.PckChain, 3)[0]);
        return leaf.SgxExtension is { } extension
            ? CollateralRequest.For(PckExtension.Parse(extension))
            : throw TsfErrors.CertificateMalformed.With("The quote's certificate has no SGX extension, so its platform is unknown.");
    }
}
