using TrustedServe.Attestation.Keys;
using TrustedServe.Packaging.Graphs.Rules;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Worker.Starting;

/// <summary>The one way to a model's plaintext.</summary>
/// <remarks>
/// 1. The clear part of the sealed package is read from the store: it names the key. From a remote store the ciphertext begins to come in.
/// 2. The key source attests and releases the key record.
/// 3. The record decides whether this package, version and publisher may be opened.
/// 4. The package is decrypted into memory-backed storage; manifest and files are checked against their digests, then the graph by <see cref="GraphRules"/>.
/// Key and record are zeroed before the session is built.
/// Attesting, fetching, the engine's library and the listener overlap. A session is built only after 4.: the engine is native code, and
/// nothing goes there that was not checked to the last byte. On mapped weights that costs milliseconds, since building reads almost none
/// of them; packing them begins when answers are given already (<see cref="SessionChange"/>).
/// </remarks>
internal sealed class SealedModelLoader(WorkerConfig config, TimeProvider time) : IModelLoader, IDisposable
{
    private const string DirectoryPrefix = "trustedserve-worker-";
    private static readonly string[] EvidenceDetails = ["tee", "measurement"];
    private readonly PlacedThreads threads = new(config);
    private volatile MemoryBackedDirectory? directory;
    private SealedPackage? opened;

    /// <inheritdoc/>
    public async Task<UnsealedModel> LoadAsync(StartProgress progress, CancellationToken cancellationToken)
    {
        var timeline = progress.Timeline;
        using var keys = KeySources.Create(config.Trust, time);

        // 1. What the store has.
        var beginning = timeline.Now;
        directory ??= MemoryBackedDirectory.Create(config.WeightsDirectory, DirectoryPrefix, config.InsecureAllowSwap);
        var store = ModelStores.Open(config.Store, config.StoreConnectionString);
        var found = await store.OpenAsync(config.Model, config.Version, cancellationToken).ConfigureAwait(false);
        var ahead = Path.IsPathFullyQualified(config.Store) ? null : new ReadAheadSource(found, new FetchedBytes(progress.Fetched, timeline));
        await using var source = ahead ?? found;
        progress.Fetched.Expect(source.Length);
        ahead?.Begin();
        var package = await SealedPackage.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        timeline.Add("store", beginning);
        var envelope = package.Envelope;
        if (envelope.Model != config.Model || envelope.Version != config.Version)
        {
            throw TsfErrors.UnknownVersion.With($"The store gave {envelope.Model} {envelope.Version} where {config.Model} {config.Version} was asked for.");
        }

        // 2. The key, while the ciphertext comes in.
        var attesting = time.GetTimestamp();
        using var record = await ReleaseAsync(keys, KeyId.Parse(envelope.KeyId), progress, cancellationToken).ConfigureAwait(false);

        // 3. Whether it opens this.
        package.Authorise(record);
        progress.Publish(StartStep.Types.Phase.Envelope, new Dictionary<string, string>
        {
            ["model"] = envelope.Model,
            ["version"] = envelope.Version,
            ["digest"] = envelope.ManifestDigest,
            ["anchor"] = record.PublisherKey is null ? "manifest digest" : "publisher's signature",
        });

        opened = package;

        // 4. Plaintext, in memory only.
        if (ahead is not null)
        {
            await ahead.StopAsync().ConfigureAwait(false);
        }

        var cores = WorkerPlacement.OfThisMachine(config).WorkCores.Count;
        progress.Unsealed.Expect(envelope.PlaintextSize);
        Manifest manifest;
        using (timeline.Begin("unseal"))
        {
            manifest = await package.UnsealAsync(
                record,
                directory.Path,
                new UnsealOptions { Threads = cores, BytesDone = progress.Unsealed, ThreadStarted = threads.Place },
                cancellationToken).ConfigureAwait(false);
        }

        progress.Fetched.Finish();
        progress.Unsealed.Finish();
        progress.Publish(StartStep.Types.Phase.Unsealed, new Dictionary<string, string>
        {
            ["bytes"] = $"{envelope.PlaintextSize}",
            ["files"] = $"{manifest.Files.Count}",
            ["threads"] = $"{Math.Min(cores, UnsealOptions.MaxThreads)}",
        });

        // The engine is native code: a graph goes there that was looked at, whoever packed it.
        bool sharesScales;
        using (timeline.Begin("graph check"))
        {
            sharesScales = RunScales.AreShared(GraphRules.CheckFile(PackagePath.Under(directory.Path, manifest.Graph)));
        }

        if (ahead is not null)
        {
            // What was read ahead is garbage now, and would lie beside the session that is built next.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        return new UnsealedModel(directory.Path, manifest, envelope.ManifestDigest, keys.TrustKind)
        {
            AttestedSince = attesting,
            SharesScales = sharesScales,
            MemoryPolicy = threads.Memory,
        };
    }

    /// <inheritdoc/>
    public async Task<string> AttestAgainAsync(CancellationToken cancellationToken)
    {
        var package = opened ?? throw new InvalidOperationException("Nothing was loaded.");

        // A key source of its own: it has no token yet, so evidence is made and judged anew. A record that allows this package
        // no more ends it as a refusal does.
        using var keys = KeySources.Create(config.Trust, time);
        using var release = await keys.GetAsync(KeyId.Parse(package.Envelope.KeyId), cancellationToken).ConfigureAwait(false);
        using var record = KeyRecord.Parse(release.Resource.Span);
        package.Authorise(record);
        return keys.TrustKind;
    }

    /// <inheritdoc/>
    public void Discard() => directory?.Clear();

    /// <summary>Removes the directory.</summary>
    public void Dispose() => directory?.Dispose();

    private static async Task<KeyRecord> ReleaseAsync(IKeySource keys, KeyId id, StartProgress progress, CancellationToken cancellationToken)
    {
        using var attesting = progress.Timeline.Begin("attest");
        using var release = await keys.GetAsync(id, cancellationToken).ConfigureAwait(false);
        var evidence = new Dictionary<string, string> { ["trust"] = keys.TrustKind };
        var released = new Dictionary<string, string> { ["key-id"] = id.ToString() };
        foreach (var (name, value) in release.Details)
        {
            (EvidenceDetails.Contains(name) ? evidence : released).TryAdd(name, value);
        }

        progress.Publish(StartStep.Types.Phase.Evidence, evidence);
        progress.Publish(StartStep.Types.Phase.KeyReleased, released);
        return KeyRecord.Parse(release.Resource.Span);
    }
}
