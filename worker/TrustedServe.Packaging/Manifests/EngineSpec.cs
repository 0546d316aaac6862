namespace TrustedServe.Packaging.Manifests;

/// <summary>The engine that a graph was optimised by, ahead of time. Another version of it optimises again at load.</summary>
public sealed record EngineSpec
{
    /// <summary>The one engine there is.</summary>
    public const string OnnxRuntime = "onnxruntime";

    /// <summary>Graph fusions that hold on any processor; what is further depends on the one that optimised.</summary>
    public const string Extended = "extended";

    /// <summary>Name of the engine: <see cref="OnnxRuntime"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Its version, for example <c>1.31.1</c>.</summary>
    public required string Version { get; init; }

    /// <summary>How far it went: <see cref="Extended"/>.</summary>
    public required string Level { get; init; }

    /// <summary>
    /// Whether the graph has nodes whose data the engine arranges for the processor it runs on (convolutions, poolings), which no packing
    /// machine can do for it; default true. A graph without them is finished.
    /// </summary>
    public bool Layouts { get; init; } = true;

    /// <summary>Whether an engine of this version need not fuse the graph again.</summary>
    public bool Fits(string engineVersion) => Name == OnnxRuntime && Level == Extended && Version == engineVersion;

    /// <summary>Whether an engine of this version has nothing left to do on the graph when it loads it.</summary>
    public bool IsFinished(string engineVersion) => Fits(engineVersion) && !Layouts;
}
