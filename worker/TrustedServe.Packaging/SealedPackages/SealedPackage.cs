using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Stores;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>A sealed package whose clear part was read; opening it further needs its key record.</summary>
public sealed class SealedPackage
{
    private SealedPackage(Envelope envelope) => Envelope = envelope;

    /// <summary>The clear part.</summary>
    public Envelope Envelope { get; }

    /// <summary>Reads and checks the clear part. The source stays the caller's to dispose and must outlive the package.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1xxx when it is not a sealed package of a known version, or its sizes do not fit.</exception>
    public static Task<SealedPackage> OpenAsync(IBlobSource source, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Checks that the key record allows this package: purpose, model, version, manifest digest or publisher's signature.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1xxx naming what was expected and what was seen.</exception>
    public void Authorise(KeyRecord record) => throw new NotImplementedException();

    /// <summary>
    /// Decrypts into <paramref name="directory"/> (which must be empty) on <paramref name="threads"/> threads. On any failure
    /// everything written is removed. Calls <see cref="Authorise"/> itself, first.
    /// </summary>
    /// <returns>The manifest, whose digest equals the envelope's; every file's digest equals the manifest's.</returns>
    /// <exception cref="Protocol.Errors.TsfException">TSF1xxx, TSF2xxx.</exception>
    public Task<Manifest> UnsealAsync(KeyRecord record, string directory, int threads, IProgress<long>? bytesDone, CancellationToken cancellationToken) => throw new NotImplementedException();
}
