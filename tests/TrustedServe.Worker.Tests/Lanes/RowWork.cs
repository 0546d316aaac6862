using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tests.Lanes;

/// <summary>A request of rows of given lengths whose answer says how often each was computed.</summary>
internal sealed class RowWork : LaneWork
{
    private readonly RunLog log;
    private readonly int[] lengths;
    private readonly int[] computed;

    public RowWork(RunLog log, string id, params int[] lengths)
    {
        (this.log, Id) = (log, id);
        this.lengths = [.. lengths.OrderDescending()];
        computed = new int[lengths.Length];
        Rows = lengths.Length;
        Tokens = lengths.Sum();
    }

    public string Id { get; }

    public bool Fails { get; init; }

    public string? Only { get; init; }

    public IReadOnlyList<int> TimesComputed => computed;

    public override object? Kind => Only ?? (object)log;

    public override int LengthAt(int place) => lengths[place];

    public override void Compute(Lane lane, LaneBatch batch)
    {
        log.Compute(batch);
        if (batch.Parts.Any(part => ((RowWork)part.Work).Fails))
        {
            throw TsfErrors.ExecutionFailed.With("These rows fail.");
        }

        var at = 0;
        foreach (var part in batch.Parts)
        {
            Assert.Equal(at, part.At);
            at += part.Count;
            for (var row = 0; row < part.Count; row++)
            {
                Interlocked.Increment(ref ((RowWork)part.Work).computed[part.First + row]);
            }
        }

        Assert.Equal(batch.Rows, at);
    }

    public override ModelInferResponse Answer() => new() { Id = Id };
}
