using Microsoft.ML.OnnxRuntime;
using TrustedServe.Benchmarks.Engine;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.PlainWorkers;

/// <summary>A package on disk and its session, with as many calls at once as there are cores.</summary>
internal sealed class PlainModel : IDisposable
{
    private PlainModel(Manifest manifest, InferenceSession session) => (Manifest, Session) = (manifest, session);

    /// <summary>What the package says of itself.</summary>
    public Manifest Manifest { get; }

    /// <summary>The session.</summary>
    public InferenceSession Session { get; }

    /// <summary>One place for each core.</summary>
    public SemaphoreSlim Cores { get; } = new(Environment.ProcessorCount);

    /// <summary>Builds the session and calls nothing yet.</summary>
    public static PlainModel Load(string directory)
    {
        var manifest = Manifest.Parse(File.ReadAllBytes(Path.Combine(directory, "manifest.json")));
        using var options = EngineOptions.For(manifest);
        return new PlainModel(manifest, new InferenceSession(Path.Combine(directory, manifest.Graph), options));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        Cores.Dispose();
    }
}
