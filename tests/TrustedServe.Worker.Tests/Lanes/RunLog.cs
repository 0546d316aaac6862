using System.Collections.Concurrent;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tests.Lanes;

/// <summary>A model's stand-in: notes every run, and holds runs back while it is closed.</summary>
internal sealed class RunLog
{
    private readonly ConcurrentQueue<Run> runs = [];
    private readonly ManualResetEventSlim gate = new(true);

    /// <summary>What happens while a run is computed.</summary>
    public Action OnRun { get; set; } = static () => { };

    public List<Run> Runs => [.. runs];

    public void Close() => gate.Reset();

    public void Open() => gate.Set();

    public async Task HasBegunAsync(int count)
    {
        for (var i = 0; runs.Count < count; i++)
        {
            Assert.True(i < 3000, $"{runs.Count} of {count} runs have begun");
            await Task.Delay(10);
        }
    }

    public void Compute(LaneBatch batch)
    {
        runs.Enqueue(new Run([.. batch.Parts.Select(part => ((RowWork)part.Work).Id)], batch.Rows, batch.Width, batch.Tokens));
        OnRun();
        Assert.True(gate.Wait(TimeSpan.FromSeconds(60)));
    }

    internal sealed record Run(string[] Ids, int Rows, int Width, long Tokens)
    {
        public long Cells => (long)Rows * Width;
    }
}
