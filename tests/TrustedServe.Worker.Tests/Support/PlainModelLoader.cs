using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Support;

/// <summary>Copies a plain package into a memory-backed directory, as unsealing would.</summary>
internal sealed class PlainModelLoader(Manifest manifest, IReadOnlyDictionary<string, byte[]> files, TimeProvider? time = null) : IModelLoader, IDisposable
{
    private readonly MemoryBackedDirectory directory = MemoryBackedDirectory.Create("/dev/shm", "trustedserve-test-", insecureAllowSwap: true);
    private readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Path => directory.Path;

    /// <summary>Completes when the model was loaded for the first time.</summary>
    public Task Loaded => loaded.Task;

    public static PlainModelLoader FromDirectory(Manifest manifest, string source, TimeProvider? time = null) => new(
        manifest,
        Directory.EnumerateFiles(source).Where(file => !file.EndsWith(".jsonl", StringComparison.Ordinal))
            .ToDictionary(file => System.IO.Path.GetFileName(file), File.ReadAllBytes),
        time);

    public Task<UnsealedModel> LoadAsync(StartProgress progress, CancellationToken cancellationToken)
    {
        var attested = (time ?? TimeProvider.System).GetTimestamp();
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(System.IO.Path.Combine(directory.Path, name), content);
        }

        loaded.TrySetResult();
        return Task.FromResult(new UnsealedModel(directory.Path, manifest, new string('0', 64), "insecure-simulated") { AttestedSince = attested, SharesScales = false });
    }

    /// <summary>What attesting again gives.</summary>
    public Func<CancellationToken, Task<string>> AttestAgain { get; set; } = _ => Task.FromResult("insecure-simulated");

    public Task<string> AttestAgainAsync(CancellationToken cancellationToken) => AttestAgain(cancellationToken);

    public void Discard() => directory.Clear();

    public void Dispose() => directory.Dispose();
}
