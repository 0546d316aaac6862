using TrustedServe.Benchmarks.Bert;

namespace TrustedServe.Benchmarks.Engine;

/// <summary>One call of the engine: rows, padded to a width.</summary>
/// <param name="Ids">Ids, row after row.</param>
/// <param name="Mask">1 where a token is, 0 where padding is.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Width">Tokens of each row, padding included.</param>
/// <param name="Tokens">Tokens that are none.</param>
internal sealed record EngineCall(long[] Ids, long[] Mask, int Rows, int Width, int Tokens)
{
    /// <summary>Rows of given lengths, padded to the longest or to <paramref name="width"/>.</summary>
    public static EngineCall Create(SeededNoise noise, int vocabulary, IReadOnlyList<int> lengths, int? width = null)
    {
        var wide = width ?? lengths.Max();
        var (ids, mask) = (new long[lengths.Count * wide], new long[lengths.Count * wide]);
        for (var row = 0; row < lengths.Count; row++)
        {
            for (var i = row * wide; i < (row * wide) + lengths[row]; i++)
            {
                (ids[i], mask[i]) = (noise.Below(vocabulary), 1);
            }
        }

        return new EngineCall(ids, mask, lengths.Count, wide, lengths.Sum());
    }

    /// <summary>Calls of one row of the same length.</summary>
    public static IReadOnlyList<EngineCall> Singles(int tokens, int vocabulary)
    {
        const int Distinct = 16;
        var noise = new SeededNoise(1);
        return [.. Enumerable.Range(0, Distinct).Select(_ => Create(noise, vocabulary, [tokens]))];
    }
}
