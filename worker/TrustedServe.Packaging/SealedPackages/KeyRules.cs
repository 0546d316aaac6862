using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>What a key record says about the content of a package; the same when it is sealed and when it is opened.</summary>
internal static class KeyRules
{
    /// <summary>Checks purpose, model, version and, where the record names one, the manifest.</summary>
    public static void RequireContent(KeyRecord record, Envelope envelope, string location)
    {
        var name = $"{envelope.Model} {envelope.Version} ({location})";
        if (record.Purpose != KeyPurpose.Model || record.Model != envelope.Model)
        {
            throw TsfErrors.KeyNotForModel.With($"{name} needs a key for this model; the record of {envelope.KeyId} is for {record.Purpose.ToString().ToLowerInvariant()}, model '{record.Model}'.");
        }

        if (record.LowestVersion is not { } lowest || ModelVersion.Compare(envelope.Version, lowest) < 0)
        {
            throw TsfErrors.VersionTooOld.With($"{name}: the key record allows version {record.LowestVersion ?? "(none)"} and later, the package has {envelope.Version}.");
        }

        if (record.ManifestDigest is { } digest && digest != envelope.ManifestDigest)
        {
            throw TsfErrors.ManifestNotAllowed.With($"{name}: the key record allows the manifest {digest}, the package announces {envelope.ManifestDigest}.");
        }
    }
}
