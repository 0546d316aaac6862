using System.Diagnostics;

namespace TrustedServe.Cli.Output;

/// <summary>Prints how many bytes are done, on one line of standard error that it overwrites.</summary>
internal sealed class ByteProgress : IProgress<long>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Lock gate = new();
    private long last = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public void Report(long value)
    {
        lock (gate)
        {
            if (Stopwatch.GetElapsedTime(last) >= Pause)
            {
                last = Stopwatch.GetTimestamp();
                Console.Error.Write($"\r{Output.Report.Bytes(value)} done   ");
            }
        }
    }
}
