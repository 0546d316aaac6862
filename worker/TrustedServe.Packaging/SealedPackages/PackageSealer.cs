using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>Seals packages. Memory does not grow with their size.</summary>
public static class PackageSealer
{
    /// <summary>Seals a package, comparing every file with the manifest while it is read.</summary>
    /// <returns>The envelope of the sealed package.</returns>
    /// <exception cref="TsfException">TSF1xxx when the package is not whole or the record does not allow it; TSF0006, TSF0008.</exception>
    public static async Task<Envelope> SealAsync(SealRequest request, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Threads, 1);
        var package = PackageReader.Open(request.Package);
        var size = package.Layout.TotalSize;
        if (size > SegmentLayout.MaxPlaintext)
        {
            throw TsfErrors.PackageTooLarge.With($"{package.Location} has {size} bytes; at most {SegmentLayout.MaxPlaintext} can be sealed.");
        }

        var head = PackageHead.Create(new Envelope
        {
            FormatVersion = Envelope.CurrentFormat,
            Model = package.Manifest.Name,
            Version = package.Manifest.Version,
            KeyId = request.KeyId.ToString(),
            PlaintextSize = size,
            CiphertextSize = SegmentLayout.StreamSize(size),
            ManifestDigest = package.ManifestDigest,
        });

        // A package that its own key would not open is a mistake to be told now, not at the first start.
        KeyRules.RequireContent(request.Record, head.Envelope, package.Location);
        if (request.Signer is not null)
        {
            head = head with { Signature = SignatureBlock.Sign(head.AssociatedData, request.Signer) };
        }

        var header = new byte[SegmentLayout.HeaderSize];
        using var key = StreamKey.Create(request.Record.Key, header, head.AssociatedData);
        await NewFile.WriteAsync(request.Output, request.Overwrite, head.TotalSize, handle =>
        {
            SafeFiles.Write(handle, [.. head.AssociatedData, .. head.Signature.Bytes.Span, .. header], 0, request.Output);
            return new SealingPipeline(package, key, handle, head.StreamOffset, request).RunAsync(cancellationToken);
        }).ConfigureAwait(false);
        return head.Envelope;
    }
}
