using System.Collections.Concurrent;
using TrustedServe.Attestation.Keys;
using TrustedServe.Packaging.Keys;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Functions.Tests.Queue;

/// <summary>Releases the key records that a test put into it, to anyone.</summary>
internal sealed class MemoryKeySource : IKeySource
{
    private readonly ConcurrentDictionary<string, byte[]> resources = new();

    public string TrustKind => "insecure-simulated";

    public KeyRecord Put(string id, string model, KeyPurpose purpose = KeyPurpose.Rows)
    {
        var record = new KeyRecord
        {
            Key = SecretBuffer.Random(32),
            Purpose = purpose,
            Model = model,
            ManifestDigest = purpose == KeyPurpose.Model ? new string('a', 64) : null,
            LowestVersion = purpose == KeyPurpose.Model ? "1" : null,
        };
        using var bytes = record.ToUtf8();
        resources[id] = bytes.Span.ToArray();
        return record;
    }

    public Task<KeyRelease> GetAsync(KeyId id, CancellationToken cancellationToken) => resources.TryGetValue(id.ToString(), out var bytes)
        ? Task.FromResult(new KeyRelease { Id = id, Resource = new SecretBuffer(bytes), Details = new Dictionary<string, string>() })
        : throw TsfErrors.MalformedKeyId.With("No such key.");

    public void Dispose()
    {
    }
}
