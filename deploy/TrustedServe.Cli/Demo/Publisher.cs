using System.Security.Cryptography;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Demo;

/// <summary>Plays the model's owner: holds the signing key, makes key records, seals.</summary>
internal sealed class Publisher : IDisposable
{
    private readonly ECDsa signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public key as it stands in key records.</summary>
    public byte[] PublicKey => signer.ExportSubjectPublicKeyInfo();

    /// <summary>Makes a fresh key for a model and puts its record into the embedded broker.</summary>
    public KeyRecord CreateKey(string brokerFolder, KeyId id, string model, string lowestVersion)
    {
        var record = new KeyRecord { Key = SecretBuffer.Random(32), Purpose = KeyPurpose.Model, Model = model, PublisherKey = PublicKey, LowestVersion = lowestVersion };
        Put(brokerFolder, id, record);
        return record;
    }

    /// <summary>Replaces a record by one that demands a higher version under the same key.</summary>
    public void RaiseLowestVersion(string brokerFolder, KeyId id, KeyRecord record, string lowestVersion) =>
        Put(brokerFolder, id, new KeyRecord { Key = record.Key, Purpose = record.Purpose, Model = record.Model, PublisherKey = record.PublisherKey, LowestVersion = lowestVersion });

    /// <summary>Makes a fresh key for the rows of a model's batch jobs and puts its record into the embedded broker.</summary>
    public static KeyRecord CreateRowsKey(string brokerFolder, KeyId id, string model)
    {
        var record = new KeyRecord { Key = SecretBuffer.Random(32), Purpose = KeyPurpose.Rows, Model = model };
        Put(brokerFolder, id, record);
        return record;
    }

    /// <summary>Seals and signs a package.</summary>
    public Task<Envelope> SealAsync(string package, KeyId id, KeyRecord record, string output, CancellationToken cancellationToken) =>
        PackageSealer.SealAsync(new SealRequest { Package = package, Output = output, KeyId = id, Record = record, Signer = signer }, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => signer.Dispose();

    private static void Put(string brokerFolder, KeyId id, KeyRecord record)
    {
        using var bytes = record.ToUtf8();
        using var store = ResourceStore.Open(brokerFolder);
        store.Put(id, bytes.Span);
    }
}
