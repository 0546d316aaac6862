using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Support;

/// <summary>Copies a plain package into a memory-backed directory, as unsealing would.</summary>
internal sealed class PlainModelLoader(Manifest manifest, IReadOnlyDictionary<string, byte[]> files) : IModelLoader, IDisposable
{
    private readonly MemoryBackedDirectory directory = MemoryBackedDirectory.Create("/dev/shm", "trustedserve-test-", insecureAllowSwap: true);

    public string Path => directory.Path;

    public static PlainModelLoader FromDirectory(Manifest manifest, string source) => new(
        manifest,
        Directory.EnumerateFiles(source).Where(file => !file.EndsWith(".jsonl", StringComparison.Ordinal))
            .ToDictionary(file => System.IO.Path.GetFileName(file), File.ReadAllBytes));

    public Task<UnsealedModel> LoadAsync(StartProgress progress, CancellationToken cancellationToken)
    {
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(System.IO.Path.Combine(directory.Path, name), content);
        }

        return Task.FromResult(new UnsealedModel(directory.Path, manifest, new string('0', 64), "insecure-simulated"));
    }

    /// <summary>What attesting again gives.</summary>
    public Func<CancellationToken, Task<string>> AttestAgain { get; set; } = _ => Task.FromResult("insecure-simulated");

    public Task<string> AttestAgainAsync(CancellationToken cancellationToken) => AttestAgain(cancellationToken);

    public void Discard() => directory.Clear();

    public void Dispose() => directory.Dispose();
}
