using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Sessions;

/// <summary>
/// Looks at the memory of the whole process, so nothing may run beside it. The sessions are built as lanes of two cores have them;
/// on a machine of two cores a plan has one such lane, so all are given the same cores here.
/// </summary>
[Collection(nameof(SharedWeightsTests))]
[CollectionDefinition(nameof(SharedWeightsTests), DisableParallelization = true)]
public sealed class SharedWeightsTests : IDisposable
{
    private const int Lanes = 4;
    private static readonly LayeredModel Model = new("wide", width: 1024, layers: 10);
    private readonly TemporaryDirectory directory = new();

    public SharedWeightsTests() => Model.Write(directory.Path);

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task LanesOfSeveralCores_ShareTheirWeights()
    {
        Assert.SkipUnless(Environment.ProcessorCount > 1, "a lane of several cores needs them");
        EngineSession.Prepare();
        var kinds = SessionKinds.Decide(WeightsMode.Auto, Model.Draft, laneWidth: 2);
        Assert.False(kinds.Change);
        var (sessions, bytes) = Grown(() => Build(kinds.First));
        await using (sessions)
        {
            // Every lane's session has them where they lie in the file, of which there is one copy, and next to nothing of its own.
            Assert.InRange(Mappings(), Lanes, int.MaxValue);
            Assert.InRange(bytes, long.MinValue, Model.WeightBytes / 2);
            Assert.All(Enumerable.Range(0, Lanes), lane => Assert.Equal(Run(sessions, 0), Run(sessions, lane)));
        }

        Assert.Equal(0, Mappings());
    }

    private ModelSessions Build(SessionKind kind)
    {
        int[] cores = [0, 1];
        return new(SessionSet.Build(directory.Path, Model.Draft, kind, temporary: false, [.. Enumerable.Repeat(cores, Lanes)], CancellationToken.None));
    }

    private int Mappings() => File.ReadLines("/proc/self/maps").Count(line => line.Contains(directory.Path, StringComparison.Ordinal));

    private static (ModelSessions Sessions, long Bytes) Grown(Func<ModelSessions> build)
    {
        var before = Anonymous();
        var sessions = build();
        return (sessions, Anonymous() - before);
    }

    private static float[] Run(ModelSessions sessions, int lane)
    {
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(0, Model.Width).Select(i => i / 1000f)], [1, Model.Width]);
        using var outputs = sessions.Run(lane, options, ["in"], [input], ["out"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static long Anonymous()
    {
        GC.Collect();
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(':')[1].Replace("kB", string.Empty, StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
    }
}
