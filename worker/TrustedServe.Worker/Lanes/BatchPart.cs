namespace TrustedServe.Worker.Lanes;

/// <summary>Rows of one request in a run.</summary>
/// <param name="Work">The request.</param>
/// <param name="First">Place of the first row in the request's order of computing.</param>
/// <param name="Count">Number of rows, which follow each other there.</param>
/// <param name="At">Row of the run that the first one is.</param>
internal readonly record struct BatchPart(LaneWork Work, int First, int Count, int At)
{
    /// <summary>Tokens of these rows, without padding.</summary>
    public long Tokens
    {
        get
        {
            var tokens = 0L;
            for (var row = 0; row < Count; row++)
            {
                tokens += Work.LengthAt(First + row);
            }

            return tokens;
        }
    }
}
