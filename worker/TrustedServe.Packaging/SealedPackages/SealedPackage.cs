using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages.Writing;
using TrustedServe.Packaging.SealedPackages.Unsealing;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>A sealed package whose clear part was read; opening it further needs its key record.</summary>
public sealed class SealedPackage
{
    private readonly IBlobSource source;

    private SealedPackage(IBlobSource source, PackageHead head) => (this.source, Head) = (source, head);

    /// <summary>The clear part.</summary>
    public Envelope Envelope => Head.Envelope;

    internal PackageHead Head { get; }

    /// <summary>Reads and checks the clear part. The source stays the caller's to dispose and must outlive the package.</summary>
    /// <exception cref="TsfException">TSF1xxx when it is not a sealed package of a known version, or its sizes do not fit.</exception>
    public static async Task<SealedPackage> OpenAsync(IBlobSource source, CancellationToken cancellationToken)
    {
        var prefix = new byte[PackageHead.PrefixSize];
        if (source.Length < prefix.Length)
        {
            throw TsfErrors.NotSealed.With($"{source.Location} has {source.Length} bytes, too few for a sealed package.");
        }

        await source.ReadAsync(0, prefix, cancellationToken).ConfigureAwait(false);
        var bytes = new byte[prefix.Length + PackageHead.ReadEnvelopeLength(prefix, source.Location) + SignatureBlock.Size];
        if (source.Length < bytes.Length)
        {
            throw TsfErrors.SealedSizeMismatch.With($"{source.Location} has {source.Length} bytes and ends before its envelope and signature do.");
        }

        await source.ReadAsync(0, bytes, cancellationToken).ConfigureAwait(false);
        var head = PackageHead.Parse(bytes, source.Location);
        return source.Length == head.TotalSize
            ? new SealedPackage(source, head)
            : throw TsfErrors.SealedSizeMismatch.With($"{source.Location} has {source.Length} bytes; its envelope says {head.TotalSize}.");
    }

    /// <summary>Checks that the key record allows this package: purpose, model, version, manifest digest or publisher's signature.</summary>
    /// <exception cref="TsfException">TSF1xxx naming what was expected and what was seen.</exception>
    public void Authorise(KeyRecord record)
    {
        KeyRules.RequireContent(record, Envelope, source.Location);
        if (record.PublisherKey is { } publisher)
        {
            RequireSignature(publisher.Span);
        }
        else if (record.ManifestDigest is null)
        {
            throw TsfErrors.PublisherNotAllowed.With($"{Name}: the key record names neither a manifest nor a publisher.");
        }
    }

    /// <summary>
    /// Decrypts into <paramref name="directory"/> (which must be empty) on at most <paramref name="threads"/> threads. On any failure
    /// everything written is removed. Calls <see cref="Authorise"/> itself, first.
    /// </summary>
    /// <param name="record">The key and what it may open.</param>
    /// <param name="directory">Where the files go, on a memory-backed file system; created with mode 0700 if need be.</param>
    /// <param name="threads">How many threads decrypt at most, 1 or more; see <see cref="UnsealOptions.Threads"/>.</param>
    /// <param name="bytesDone">Told the bytes of plaintext that are done so far; from many threads, so now and then out of order.</param>
    /// <param name="cancellationToken">Stops the work; what was written is removed.</param>
    /// <returns>The manifest, whose digest equals the envelope's; every file's digest equals the manifest's.</returns>
    /// <exception cref="TsfException">TSF1xxx, TSF2xxx, TSF0006 when the volume is full.</exception>
    public Task<Manifest> UnsealAsync(KeyRecord record, string directory, int threads, IProgress<long>? bytesDone, CancellationToken cancellationToken) =>
        UnsealAsync(record, directory, new UnsealOptions { Threads = threads, BytesDone = bytesDone }, cancellationToken);

    /// <summary>The same with every option.</summary>
    /// <inheritdoc cref="UnsealAsync(KeyRecord, string, int, IProgress{long}?, CancellationToken)"/>
    public async Task<Manifest> UnsealAsync(KeyRecord record, string directory, UnsealOptions options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        Authorise(record);
        using var opened = await OpenedPackage.OpenAsync(source, Head, record, cancellationToken).ConfigureAwait(false);
        using var output = PackageOutput.Create(directory, opened.Layout, opened.ManifestBytes);
        await new Unsealer(source, Head, opened, output, options).RunAsync(cancellationToken).ConfigureAwait(false);
        output.Complete();
        return opened.Manifest;
    }

    /// <summary>Decrypts and checks everything, and writes nothing. Calls <see cref="Authorise"/> itself, first.</summary>
    /// <param name="record">The key and what it may open.</param>
    /// <param name="bytesDone">Told the bytes of plaintext that are done so far.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The manifest, whose digest equals the envelope's; every file's digest equals the manifest's.</returns>
    /// <exception cref="TsfException">TSF1xxx, TSF2xxx.</exception>
    public async Task<Manifest> VerifyAsync(KeyRecord record, IProgress<long>? bytesDone, CancellationToken cancellationToken)
    {
        Authorise(record);
        using var opened = await OpenedPackage.OpenAsync(source, Head, record, cancellationToken).ConfigureAwait(false);
        using var hasher = new TreeHasher();
        var done = 0L;
        foreach (var file in opened.Manifest.Files)
        {
            for (var left = file.Size; left > 0;)
            {
                var part = await opened.Reader.NextAsync(left, cancellationToken).ConfigureAwait(false);
                hasher.Append(part.Span);
                left -= part.Length;
                bytesDone?.Report(done += part.Length);
            }

            var digest = hasher.Finish();
            if (digest != file.Digest)
            {
                throw TsfErrors.WrongDigest.With($"{Name}: the file '{file.Path}' has the digest {digest}, the manifest says {file.Digest}.");
            }
        }

        return opened.Manifest;
    }

    private string Name => $"{Envelope.Model} {Envelope.Version} ({source.Location})";

    private void RequireSignature(ReadOnlySpan<byte> publisher)
    {
        if (!Head.Signature.IsBy(publisher))
        {
            var seen = Head.Signature.IsPresent ? $"it is signed by {Head.Signature.Signer}" : "it is not signed";
            throw TsfErrors.PublisherNotAllowed.With($"{Name}: the key record asks for a signature by {PublisherKeys.Fingerprint(publisher)}; {seen}.");
        }

        if (!Head.Signature.Verify(Head.AssociatedData, publisher))
        {
            throw TsfErrors.InvalidSignature.With($"{Name}: the signature by {Head.Signature.Signer} is not over this envelope.");
        }
    }
}
