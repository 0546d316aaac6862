namespace TrustedServe.Functions.Signals;

/// <summary>Divides the queue among the model versions.</summary>
/// <remarks>
/// 1. Waiting: the service shows the first 32. Fewer are all; otherwise all messages but this instance's own are taken to wait, in
///    the proportions of those 32.
/// 2. In hand here: known, with the rows that are left.
/// 3. Elsewhere, in the hands of other instances or between two tries: what remains of the count, in the proportions of the messages that
///    were seen to wait of late, each with all of its rows. How far others are is theirs to say.
/// 4. Rows: what the inputs state or come to by their size; a message that was not seen has as many as those seen have on average.
/// 5. Seconds: rows and messages times what they cost. Those of a job in hand cost no more than its rows.
/// </remarks>
internal static class QueueEstimate
{
    /// <summary>The figures of every model version that has any, and the messages that are for none served here.</summary>
    public static (IReadOnlyDictionary<ModelKey, QueueFigures> Models, double Other) Of(QueueReading reading, IReadOnlyList<JobInHand> own, Func<ModelKey, Costs> costs)
    {
        var waiting = reading.ShowsAll ? reading.First.Count : Math.Max(reading.First.Count, reading.Messages - own.Count); // 1
        var elsewhere = Math.Max(0, reading.Messages - waiting - own.Count); // 3
        var figures = new Dictionary<ModelKey, QueueFigures>();
        var keys = reading.First.Concat(reading.Recent).Select(message => message.Key).Concat(own.Select(job => job.Key)).OfType<ModelKey>().Distinct();
        foreach (var key in keys)
        {
            var first = Look(reading.First, key, costs(key));
            var recent = reading.Recent.Count > 0 ? Look(reading.Recent, key, costs(key)) : first;
            var waits = first.Share * waiting;
            var away = recent.Share * elsewhere;
            var jobs = own.Where(job => job.Key == key).ToList(); // 2
            var rows = (waits * first.MeanRows) + (away * recent.MeanRows) + jobs.Sum(job => job.RowsLeft); // 4
            figures[key] = new QueueFigures(
                waits + away + jobs.Count,
                waits,
                rows,
                (rows * costs(key).SecondsPerRow) + ((waits + away) * costs(key).SecondsPerMessage), // 5
                reading.ShowsAll && elsewhere == 0,
                reading.ShowsAll && elsewhere == 0 && first.IsExact && jobs.TrueForAll(job => job.IsExact));
        }

        var others = reading.First.Count > 0 ? (double)waiting * reading.First.Count(message => message.Key is null) / reading.First.Count : 0;
        return (figures, others + (reading.Recent.Count == 0 ? elsewhere : 0) + own.Count(job => job.Key is null));
    }

    private static (double Share, double MeanRows, bool IsExact) Look(IReadOnlyList<WaitingMessage> messages, ModelKey key, Costs costs)
    {
        var mine = messages.Where(message => message.Key == key).ToList();
        if (mine.Count == 0)
        {
            return (0, 0, true);
        }

        // A message whose input is missing, or lies where it may not be read, is refused: it has no rows.
        var rows = mine.Select(message => message.Input is { } input ? costs.RowsOf(input) : (Rows: 0, IsExact: true)).ToList();
        return ((double)mine.Count / messages.Count, rows.Average(row => row.Rows), rows.TrueForAll(row => row.IsExact));
    }
}
