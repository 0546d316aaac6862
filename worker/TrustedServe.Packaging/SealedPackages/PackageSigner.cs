using System.Security.Cryptography;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Stores;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>Signs sealed packages; nothing is decrypted or encrypted for it.</summary>
public static class PackageSigner
{
    /// <summary>
    /// Replaces the signature of a sealed file. The block of 97 bytes is written in place in one write: whoever reads at that
    /// moment sees a file that changed and refuses it.
    /// </summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1xxx when it is not a whole sealed package or the key is not ECDSA P-256; TSF0006, TSF0008.</exception>
    public static async Task SignAsync(string sealedFile, ECDsa signer, CancellationToken cancellationToken)
    {
        SealedPackage package;
        await using (var source = new FileBlobSource(sealedFile))
        {
            package = await SealedPackage.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        }

        var head = package.Head;
        var block = SignatureBlock.Sign(head.AssociatedData, signer);
        using var handle = SafeFiles.Guard(sealedFile, () => File.OpenHandle(sealedFile, FileMode.Open, FileAccess.Write));
        SafeFiles.Write(handle, block.Bytes.Span, head.AssociatedData.Length, sealedFile);
        SafeFiles.Guard(sealedFile, () => RandomAccess.FlushToDisk(handle));
    }
}
