namespace TrustedServe.Functions.Signals;

/// <summary>A job that this instance has in hand.</summary>
/// <param name="Key">The model version; null while that is one that is not served here.</param>
/// <param name="RowsLeft">Rows that are still to be scored.</param>
/// <param name="IsExact">Whether that is no estimate.</param>
internal readonly record struct JobInHand(ModelKey? Key, double RowsLeft, bool IsExact);
