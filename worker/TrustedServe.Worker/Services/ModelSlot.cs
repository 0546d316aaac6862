using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Worker.Services;

/// <summary>The place of the worker's one model: empty until it is ready.</summary>
internal sealed class ModelSlot(WorkerConfig config) : IDisposable
{
    private volatile LoadedModel? model;

    /// <summary>Whether the model answers.</summary>
    public bool IsReady => model is not null;

    /// <summary>Puts the model in.</summary>
    public void Set(LoadedModel loaded) => model = loaded;

    /// <summary>Checks that a request means this worker's model; an empty version means the one that is served.</summary>
    /// <exception cref="TsfException">TSF4003, TSF4004.</exception>
    public void CheckName(string name, string version)
    {
        if (name != config.Model)
        {
            throw TsfErrors.UnknownModel.With("This worker does not serve the model that was asked for.");
        }

        if (version.Length > 0 && version != config.Version)
        {
            throw TsfErrors.UnknownVersion.With("This worker does not serve the version that was asked for.");
        }
    }

    /// <summary>The model.</summary>
    /// <exception cref="TsfException">TSF4003, TSF4004, TSF5001.</exception>
    public LoadedModel Get(string name, string version)
    {
        CheckName(name, version);
        return model ?? throw new TsfException(TsfErrors.ModelNotReady, $"The model {config.Model} is starting.") { RetryAfterSeconds = 1 };
    }

    /// <summary>Ends the model.</summary>
    public void Dispose() => model?.Dispose();
}
