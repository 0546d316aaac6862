namespace TrustedServe.Functions.Signals;

/// <summary>What work has cost, as sums in which older work weighs less: their quotients are the costs of late.</summary>
/// <param name="RowSeconds">Seconds of an instance that went into rows.</param>
/// <param name="Rows">The rows.</param>
/// <param name="MessageSeconds">Seconds of an instance that went into all the rest of a job.</param>
/// <param name="Messages">The jobs.</param>
/// <param name="Bytes">What the rows took in their inputs.</param>
internal readonly record struct WorkSums(double RowSeconds, double Rows, double MessageSeconds, double Messages, double Bytes)
{
    /// <summary>Seconds of work on rows after which older work weighs a third of what it did.</summary>
    public const double RowMemory = 60;

    /// <summary>Messages after which older ones weigh a third of what they did.</summary>
    public const double MessageMemory = 20;

    /// <summary>Seconds of an instance for a row; null when none was scored.</summary>
    public double? SecondsPerRow => Rows > 0 ? RowSeconds / Rows : null;

    /// <summary>Seconds of an instance for what a message takes besides its rows; null when none came to an end.</summary>
    public double? SecondsPerMessage => Messages > 0 ? MessageSeconds / Messages : null;

    /// <summary>Bytes of a row; null when none was read.</summary>
    public double? BytesPerRow => Rows > 0 ? Bytes / Rows : null;

    /// <summary>Both together.</summary>
    public static WorkSums operator +(WorkSums left, WorkSums right) => new(
        left.RowSeconds + right.RowSeconds, left.Rows + right.Rows, left.MessageSeconds + right.MessageSeconds, left.Messages + right.Messages, left.Bytes + right.Bytes);

    /// <summary>With other weights, and so the same quotients.</summary>
    public WorkSums Weighed(double rows, double messages) => new(RowSeconds * rows, Rows * rows, MessageSeconds * messages, Messages * messages, Bytes * rows);

    /// <summary>Weighing no more than what is remembered of work that was done here.</summary>
    public WorkSums Bounded() => Weighed(RowSeconds > RowMemory ? RowMemory / RowSeconds : 1, Messages > MessageMemory ? MessageMemory / Messages : 1);
}
