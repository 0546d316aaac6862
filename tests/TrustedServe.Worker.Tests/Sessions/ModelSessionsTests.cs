using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Testing;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Sessions;

public sealed class ModelSessionsTests : IDisposable
{
    private static readonly LayeredModel Model = new("small", width: 16, layers: 2);
    private readonly TemporaryDirectory directory = new();

    public ModelSessionsTests() => Model.Write(directory.Path);

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Replace_EndsTheOldSessions_OnlyAfterTheirOutputsWereDisposed()
    {
        await using var sessions = new ModelSessions(Build(SessionKind.Mapped));
        var outputs = Run(sessions);
        var before = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        var replaced = sessions.ReplaceAsync(Build(SessionKind.Prepacked));
        Assert.Equal(SessionKind.Prepacked, sessions.Kind);
        using (var others = Run(sessions))
        {
            // Other kernels: the same to rounding.
            Assert.All(before.Zip(others[0].GetTensorDataAsSpan<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }

        Assert.False(replaced.IsCompleted);
        Assert.Equal(before, outputs[0].GetTensorDataAsSpan<float>().ToArray());
        outputs.Dispose();
        outputs.Dispose();
        await replaced;
    }

    [Fact]
    public async Task CallThatIsAlone_GetsTheSessionOnAllCores_WhileTheSessionsAreTemporary()
    {
        // One that the engine would have to optimise for it once more is not built.
        var (temporary, lasting, unfinished) = (Set(Model.Draft, temporary: true), Set(Model.Draft, temporary: false), Set(Model.Draft with { Engine = null }, temporary: true));
        foreach (var set in new[] { temporary, lasting, unfinished })
        {
            Assert.True(set.TryUse());
            var alone = set.Of(0);
            Assert.True(set.TryUse());
            Assert.Equal(set == temporary, set.Of(1) != alone);
            Assert.Same(set.Of(0), set.Of(1));
            set.Leave();
            Assert.Same(alone, set.Of(1));
            set.Leave();
            await set.EndAsync();
            Assert.False(set.TryUse());
        }

        SessionSet Set(Manifest manifest, bool temporary) => SessionSet.Build(directory.Path, manifest, SessionKind.Mapped, temporary, [[0], [0]], CancellationToken.None);
    }

    [Fact]
    public async Task Replace_AgainAndAgain_UnderCalls_LosesNone()
    {
        await using var sessions = new ModelSessions(Build(SessionKind.Mapped));
        using var ending = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            float? first = null;
            for (; !ending.IsCancellationRequested || first is null;)
            {
                using var outputs = Run(sessions);
                var seen = outputs[0].GetTensorDataAsSpan<float>()[0];
                Assert.Equal(first ??= seen, seen, 1e-5f);
            }
        })).ToArray();
        for (var i = 0; i < 40; i++)
        {
            await sessions.ReplaceAsync(Build(i % 2 == 0 ? SessionKind.Prepacked : SessionKind.Mapped));
        }

        await ending.CancelAsync();
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Run_AfterTheEnd_IsRefused()
    {
        var sessions = new ModelSessions(Build(SessionKind.Mapped));
        await sessions.DisposeAsync();
        await sessions.DisposeAsync();
        Assert.Null(sessions.Kind);
        Assert.Throws<ObjectDisposedException>(() => Run(sessions));
    }

    [Fact]
    public void Build_ThatIsCancelled_Stops()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            SessionSet.Build(directory.Path, Model.Draft, SessionKind.Prepacked, temporary: false, [[0]], cancelled.Token));
    }

    private static IDisposableReadOnlyCollection<OrtValue> Run(ModelSessions sessions)
    {
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(0, Model.Width).Select(i => i / 10f)], [1, Model.Width]);
        return sessions.Run(0, options, ["in"], [input], ["out"]);
    }

    private SessionSet Build(SessionKind kind) => SessionSet.Build(directory.Path, Model.Draft, kind, temporary: false, [[0]], CancellationToken.None);
}
