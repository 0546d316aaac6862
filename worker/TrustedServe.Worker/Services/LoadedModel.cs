using System.Globalization;
using System.Text.Json;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tasks;

namespace TrustedServe.Worker.Services;

/// <summary>A model that computes; its answers are given out once it has reproduced the warm-up samples that come first.</summary>
internal sealed class LoadedModel(UnsealedModel model, ModelSessions sessions, ITaskPipeline pipeline, LaneScheduler scheduler, PlacementReport placement) : IAsyncDisposable
{
    private readonly TaskCompletionSource check = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile Description described = new(Describe(model, pipeline, scheduler, placement), sessions.Kind);
    private volatile Task? withdrawn;

    /// <summary>Completes when answers may be given out; fails, for whoever has one, when none will be, or none any more.</summary>
    public Task Check => withdrawn ?? check.Task;

    /// <summary>Its name.</summary>
    public string Name => model.Manifest.Name;

    /// <summary>Its version.</summary>
    public string Version => model.Manifest.Version;

    /// <summary>What stands between requests and its graph.</summary>
    public ITaskPipeline Pipeline => pipeline;

    /// <summary>How its running sessions have their weights.</summary>
    public SessionKind? Weights => described.Weights;

    /// <summary>Its lanes.</summary>
    public LaneScheduler Scheduler => scheduler;

    /// <summary>What clients are told of it.</summary>
    public ModelMetadataResponse Metadata => described.Metadata;

    /// <summary>Its package, unsealed.</summary>
    public UnsealedModel Package => model;

    /// <summary>What its lanes call.</summary>
    public ModelSessions Sessions => sessions;

    /// <summary>Its sessions were replaced: what is said of it follows.</summary>
    /// <param name="nodes">Where the weights lie now.</param>
    public void Move(PageNodes nodes) =>
        described = new(Describe(model, pipeline, scheduler, placement with { Weights = nodes.ToString() }), sessions.Kind);

    /// <summary>Those samples came out right.</summary>
    public void Pass() => check.SetResult();

    /// <summary>They did not, or nobody looks any more.</summary>
    /// <param name="reason">What callers are told.</param>
    public void Fail(TsfException reason)
    {
        if (check.TrySetException(reason))
        {
            _ = check.Task.Exception; // seen, though nobody may wait
        }
    }

    /// <summary>A later sample differed: what is computed is not given out, what waits is refused. Returns when its lanes have ended.</summary>
    /// <param name="reason">What callers are told.</param>
    public void Withdraw(TsfException reason)
    {
        var failed = Task.FromException(reason);
        _ = failed.Exception; // seen, though nobody may ask
        withdrawn = failed;
        scheduler.Dispose();
    }

    /// <summary>Ends its lanes, then its sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        scheduler.Dispose();
        await sessions.DisposeAsync().ConfigureAwait(false);
    }

    private static ModelMetadataResponse Describe(UnsealedModel model, ITaskPipeline pipeline, LaneScheduler scheduler, PlacementReport placement)
    {
        var manifest = model.Manifest;
        var metadata = new ModelMetadataResponse { Name = manifest.Name, Platform = "onnx_onnxv1" };
        metadata.Versions.Add(manifest.Version);
        metadata.Inputs.AddRange(pipeline.Inputs.Select(Describe));
        metadata.Outputs.AddRange(pipeline.Outputs.Select(Describe));
        metadata.Properties.Add("task", JsonSerializer.SerializeToElement(manifest.Task, StrictJson.Compact).GetString()!);
        metadata.Properties.Add("precision", manifest.Precision);
        metadata.Properties.Add("max_batch", manifest.MaxBatch.ToString(CultureInfo.InvariantCulture));
        metadata.Properties.Add("lanes", scheduler.Lanes.Count.ToString(CultureInfo.InvariantCulture));
        metadata.Properties.Add(PlacementReport.Property, placement.ToProperty());
        metadata.Properties.Add("trust", model.Trust);
        metadata.Properties.Add("digest", model.Digest);
        if (manifest.MaxSequence is { } maxSequence)
        {
            metadata.Properties.Add("max_sequence", maxSequence.ToString(CultureInfo.InvariantCulture));
        }

        if (manifest.Labels is { } labels)
        {
            metadata.Properties.Add("labels", JsonSerializer.Serialize(labels, StrictJson.Compact));
        }

        return metadata;
    }

    private sealed record Description(ModelMetadataResponse Metadata, SessionKind? Weights);

    private static ModelMetadataResponse.Types.TensorMetadata Describe(TensorSpec spec)
    {
        var tensor = new ModelMetadataResponse.Types.TensorMetadata { Name = spec.Name, Datatype = spec.Datatype.Name() };
        tensor.Shape.AddRange(spec.Shape);
        return tensor;
    }
}
