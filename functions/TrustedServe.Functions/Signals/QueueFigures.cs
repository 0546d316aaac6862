namespace TrustedServe.Functions.Signals;

/// <summary>What the whole queue holds for one model version.</summary>
/// <param name="Messages">Messages, in hand or not.</param>
/// <param name="WaitingMessages">Those of them that wait.</param>
/// <param name="Rows">Rows that are still to be scored.</param>
/// <param name="Seconds">Seconds that one instance needs for it.</param>
/// <param name="MessagesAreExact">Whether every message counted was seen.</param>
/// <param name="RowsAreExact">Whether every row counted is stated by its input.</param>
internal readonly record struct QueueFigures(double Messages, double WaitingMessages, double Rows, double Seconds, bool MessagesAreExact, bool RowsAreExact)
{
    /// <summary>Of several versions of a model.</summary>
    public static QueueFigures operator +(QueueFigures left, QueueFigures right) => new(
        left.Messages + right.Messages,
        left.WaitingMessages + right.WaitingMessages,
        left.Rows + right.Rows,
        left.Seconds + right.Seconds,
        left.MessagesAreExact && right.MessagesAreExact,
        left.RowsAreExact && right.RowsAreExact);
}
