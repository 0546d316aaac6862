namespace TrustedServe.Worker.Lanes;

/// <summary>One run of the model: rows of one request or of several. Belongs to a lane and is used again for its next run.</summary>
internal sealed class LaneBatch
{
    private readonly List<BatchPart> parts = [];

    /// <summary>The rows, request by request.</summary>
    public IReadOnlyList<BatchPart> Parts => parts;

    /// <summary>Number of rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Tokens of the longest row, which the others are padded to.</summary>
    public int Width { get; private set; }

    /// <summary>Tokens of all rows, without padding.</summary>
    public long Tokens { get; private set; }

    /// <summary>Whether nothing is in it.</summary>
    public bool IsEmpty => parts.Count == 0;

    /// <summary>Takes everything out.</summary>
    public void Clear()
    {
        parts.Clear();
        (Rows, Width, Tokens) = (0, 0, 0);
    }

    /// <summary>Begins with a request: as many of its longest rows that no lane has as fit, and at least one; all of an indivisible one.</summary>
    public void Begin(LaneWork work, BatchLimits limits)
    {
        Clear();
        var (first, count) = (work.Taken, work.Rows - work.Taken);
        if (work.Kind is null)
        {
            (Rows, Width, Tokens) = (count, work.LengthAt(first), work.TokensLeft);
        }
        else
        {
            (Rows, Width, Tokens) = (1, work.LengthAt(first), work.LengthAt(first));
            while (Rows < count && limits.Allow(Rows + 1, Width, Tokens + work.LengthAt(first + Rows)))
            {
                Tokens += work.LengthAt(first + Rows);
                Rows++;
            }
        }

        parts.Add(new BatchPart(work, first, Rows, 0));
    }

    /// <summary>Adds all rows of a request that no lane has, when they fit, both here and by themselves: they may have to be computed again alone.</summary>
    public bool TryAdd(LaneWork work, BatchLimits limits)
    {
        var rows = work.Rows - work.Taken;
        var width = Math.Max(Width, work.LengthAt(work.Taken));
        if (!Equals(work.Kind, parts[0].Work.Kind)
            || !limits.Allow(Rows + rows, width, Tokens + work.TokensLeft)
            || !limits.Allow(rows, work.LengthAt(work.Taken), work.TokensLeft))
        {
            return false;
        }

        parts.Add(new BatchPart(work, work.Taken, rows, Rows));
        (Rows, Width, Tokens) = (Rows + rows, width, Tokens + work.TokensLeft);
        return true;
    }

    /// <summary>Begins with the rows that another run had of one request.</summary>
    public void Begin(BatchPart part)
    {
        Clear();
        (Rows, Width, Tokens) = (part.Count, part.Work.LengthAt(part.First), part.Tokens);
        parts.Add(part with { At = 0 });
    }

    /// <summary>Whether not even a row of no more than the present length would fit.</summary>
    public bool IsFull(BatchLimits limits) => !limits.Allow(Rows + 1, Width, Tokens + Width);

    /// <summary>Whether a request has rows in it.</summary>
    public bool Has(LaneWork work)
    {
        foreach (var part in parts)
        {
            if (part.Work == work)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsForNobody()
    {
        foreach (var part in parts)
        {
            if (!part.Work.HasEnded)
            {
                return false;
            }
        }

        return true;
    }
}
