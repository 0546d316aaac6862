using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>Says what can be said of a sealed package without its key.</summary>
public static class PackageVerifier
{
    private static readonly string[] ContentClaims =
    [
        "That the ciphertext decrypts under the key that the envelope names.",
        "That the manifest inside has the digest, the name and the version of the envelope.",
        "That the files inside have the digests of the manifest.",
    ];

    /// <summary>The report after <see cref="SealedPackage.VerifyAsync"/> succeeded: the content is proven, who made it is not.</summary>
    public static VerificationReport WithContent(VerificationReport report) => report with
    {
        Proven = [.. report.Proven, "The key record allows this package, it decrypts to the last byte, and every digest inside agrees."],
        NotProven = [.. report.NotProven.Except(ContentClaims)],
    };

    /// <summary>Checks envelope, sizes and, with a publisher's public key, the signature.</summary>
    /// <param name="source">The sealed package.</param>
    /// <param name="publisherKey">SubjectPublicKeyInfo of the publisher, ECDSA P-256; null when none is known.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="TsfException">TSF1xxx when it is not a whole sealed package, TSF1018 for a publisher's key of another kind, TSF2xxx.</exception>
    public static async Task<VerificationReport> VerifyWithoutKeyAsync(IBlobSource source, ReadOnlyMemory<byte>? publisherKey, CancellationToken cancellationToken)
    {
        if (publisherKey is { } given && !PublisherKeys.IsValid(given.Span))
        {
            throw TsfErrors.UnsupportedSigner.With("The publisher's key is not the SubjectPublicKeyInfo of an ECDSA P-256 key.");
        }

        var package = await SealedPackage.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        var signature = package.Head.Signature;
        var state = State(package.Head, publisherKey);
        List<string> proven =
        [
            $"The envelope is well formed, of format version {package.Envelope.FormatVersion}.",
            $"The file has exactly the {source.Length} bytes that the envelope asks for.",
        ];
        List<string> notProven = [.. ContentClaims];
        switch (state)
        {
            case SignatureState.Valid:
                proven.Add($"The publisher {signature.Signer} signed this envelope, and with it name, version, key id, sizes and manifest digest.");
                break;
            case SignatureState.Invalid:
                proven.Add($"The signature is NOT valid: it names the publisher {signature.Signer}, but is not over this envelope.");
                break;
            case SignatureState.OtherPublisher:
                proven.Add($"The package is NOT signed by the given publisher {PublisherKeys.Fingerprint(publisherKey!.Value.Span)}; the block names {signature.Signer}.");
                notProven.Add("That the signer whom the block names made the signature: only its public key could show that.");
                break;
            case SignatureState.NotChecked:
                notProven.Add($"That {signature.Signer}, whom the block names as signer, made the signature: only its public key could show that.");
                break;
            default:
                proven.Add("The package is not signed.");
                notProven.Add("Who made it.");
                break;
        }

        return new VerificationReport
        {
            Envelope = package.Envelope,
            Signature = state,
            Signer = signature.IsPresent ? signature.Signer : null,
            Proven = proven,
            NotProven = notProven,
        };
    }

    private static SignatureState State(PackageHead head, ReadOnlyMemory<byte>? publisherKey)
    {
        if (!head.Signature.IsPresent)
        {
            return SignatureState.Absent;
        }

        if (publisherKey is not { } key)
        {
            return SignatureState.NotChecked;
        }

        if (!head.Signature.IsBy(key.Span))
        {
            return SignatureState.OtherPublisher;
        }

        return head.Signature.Verify(head.AssociatedData, key.Span) ? SignatureState.Valid : SignatureState.Invalid;
    }
}
