namespace TrustedServe.Worker.Tokenizing;

/// <summary>Ids as they come: the first are kept, the others counted, until so many came that nobody wants to know how many more there are.</summary>
/// <param name="kept">Room for those that are kept.</param>
/// <param name="most">How many are counted.</param>
internal ref struct TokenIds(Span<int> kept, int most)
{
    private readonly Span<int> kept = kept;

    /// <summary>How many came.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no more are counted.</summary>
    public readonly bool IsFull => Count >= most;

    /// <summary>One more.</summary>
    public void Add(int id)
    {
        if (Count < kept.Length)
        {
            kept[Count] = id;
        }

        Count++;
    }

    /// <summary>Takes back all that came after the first so many.</summary>
    public void Rewind(int count) => Count = count;
}
