namespace TrustedServe.Worker.Lanes;

/// <summary>First in, first out; linked through the work itself, so that one that leaves frees its place without a search.</summary>
internal sealed class WaitingLine
{
    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>The one that waits longest.</summary>
    public LaneWork? First { get; private set; }

    /// <summary>The one that came last.</summary>
    public LaneWork? Last { get; private set; }

    /// <summary>Appends.</summary>
    public void Add(LaneWork work)
    {
        work.IsWaiting = true;
        work.Previous = Last;
        if (Last is null)
        {
            First = work;
        }
        else
        {
            Last.Next = work;
        }

        Last = work;
        Count++;
    }

    /// <summary>Takes one out, wherever it stands.</summary>
    public void Remove(LaneWork work)
    {
        if (work.Previous is null)
        {
            First = work.Next;
        }
        else
        {
            work.Previous.Next = work.Next;
        }

        if (work.Next is null)
        {
            Last = work.Previous;
        }
        else
        {
            work.Next.Previous = work.Previous;
        }

        (work.Previous, work.Next, work.IsWaiting) = (null, null, false);
        Count--;
    }
}
