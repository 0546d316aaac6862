using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Sessions;

namespace TrustedServe.Worker.Services;

/// <summary>The place of the worker's one model: empty until it computes.</summary>
internal sealed class ModelSlot(WorkerConfig config) : IAsyncDisposable
{
    private volatile LoadedModel? model;
    private volatile TsfException? closed;

    /// <summary>Whether the model answers.</summary>
    public bool IsReady => model is { Check.IsCompletedSuccessfully: true } && closed is null;

    /// <summary>How the model's running sessions have their weights; null without a model.</summary>
    public SessionKind? Weights => model?.Weights;

    /// <summary>Puts the model in.</summary>
    public void Set(LoadedModel loaded) => model = loaded;

    /// <summary>Takes a model out that is not to be used; whoever took it out ends it.</summary>
    public void Clear() => model = null;

    /// <summary>Lets no more requests to the model; those that are with it are finished.</summary>
    /// <param name="reason">What the others are told.</param>
    public void Close(TsfException reason) => closed = reason;

    /// <summary>Lets no more requests to the model, and no more answers from it. Returns when its lanes have ended.</summary>
    /// <param name="reason">What callers are told.</param>
    public void Withdraw(TsfException reason)
    {
        Close(reason);
        model?.Withdraw(reason);
    }

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
    /// <exception cref="TsfException">TSF4003, TSF4004, TSF5001, or what the model was closed with.</exception>
    public LoadedModel Get(string name, string version)
    {
        CheckName(name, version);
        if (closed is { } reason)
        {
            throw new TsfException(reason.Error, reason.Message) { RetryAfterSeconds = reason.RetryAfterSeconds };
        }

        return model ?? throw new TsfException(TsfErrors.ModelNotReady, $"The model {config.Model} is starting.") { RetryAfterSeconds = 1 };
    }

    /// <summary>Ends the model.</summary>
    public ValueTask DisposeAsync() => model?.DisposeAsync() ?? default;
}
