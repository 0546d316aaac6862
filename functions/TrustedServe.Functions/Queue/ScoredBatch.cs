namespace TrustedServe.Functions.Queue;

/// <summary>Output lines of a batch.</summary>
/// <param name="Lines">One line for each row, each with its newline.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="FailedRows">How many of them got an error.</param>
/// <param name="InputBytes">What the rows took in the input, line ends included.</param>
internal readonly record struct ScoredBatch(ReadOnlyMemory<byte> Lines, int Rows, int FailedRows, long InputBytes);
