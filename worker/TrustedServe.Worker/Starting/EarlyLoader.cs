namespace TrustedServe.Worker.Starting;

/// <summary>
/// Begins a model's loading before anything listens: the network's and the broker's time passes while the listener comes up.
/// Later loadings, and everything else, go to the loader itself.
/// </summary>
internal sealed class EarlyLoader : IModelLoader, IAsyncDisposable
{
    private readonly IModelLoader loader;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task<UnsealedModel> loading;
    private int taken;

    private EarlyLoader(IModelLoader loader, StartProgress progress)
    {
        this.loader = loader;
        loading = Task.Run(() => loader.LoadAsync(progress, stopping.Token));
    }

    /// <summary>Begins.</summary>
    public static EarlyLoader Begin(IModelLoader loader, StartProgress progress) => new(loader, progress);

    /// <inheritdoc/>
    public async Task<UnsealedModel> LoadAsync(StartProgress progress, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref taken, 1) != 0)
        {
            return await loader.LoadAsync(progress, cancellationToken).ConfigureAwait(false);
        }

        await using var stop = cancellationToken.Register(stopping.Cancel).ConfigureAwait(false);
        return await loading.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<string> AttestAgainAsync(CancellationToken cancellationToken) => loader.AttestAgainAsync(cancellationToken);

    /// <inheritdoc/>
    public void Discard() => loader.Discard();

    /// <summary>Stops a loading that nobody waits for; when this returns, it touches nothing any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await ((Task)loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }
}
