using Microsoft.ML.OnnxRuntime;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Worker.Lanes;

/// <summary>The model as lanes see it: whatever session computes behind it, and whichever takes its place meanwhile.</summary>
internal interface IModelRun
{
    /// <summary>Computes on the calling thread, which is the lane's.</summary>
    /// <param name="lane">Index of the lane that computes; a lane never runs twice at once.</param>
    /// <param name="options">Options of this run; whoever sets their termination flag ends it.</param>
    /// <param name="inputNames">Names of the inputs.</param>
    /// <param name="inputs">Their values, valid until the call returns.</param>
    /// <param name="outputNames">Names of the outputs that are wanted.</param>
    /// <returns>The outputs, in the order of <paramref name="outputNames"/>; the caller disposes of them.</returns>
    /// <exception cref="TsfException">TSF5006 when the graph fails on these inputs.</exception>
    IDisposableReadOnlyCollection<OrtValue> Run(int lane, RunOptions options, string[] inputNames, OrtValue[] inputs, string[] outputNames);
}
