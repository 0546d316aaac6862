namespace TrustedServe.Packaging.Packages.Writing;

/// <summary>A chunk that two windows share; both parts are written.</summary>
internal readonly record struct SplitChunk(OutputFile File, long Number, int Length);
