namespace TrustedServe.Functions.Queue;

/// <summary>A line of a rows blob.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Bytes">Its bytes without the line end; empty when <paramref name="TooLong"/>.</param>
/// <param name="TooLong">Whether it was over the limit and was skipped.</param>
public readonly record struct JsonLine(long Number, ReadOnlyMemory<byte> Bytes, bool TooLong);
