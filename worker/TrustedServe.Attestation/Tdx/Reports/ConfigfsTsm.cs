using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>
/// Asks the kernel for TDX quotes (configfs-tsm, Linux 6.7 and later). For each quote:
/// 1 an entry of its own, with a random name;
/// 2 the provider must be <c>tdx_guest</c>, before anything is written;
/// 3 the report data, 64 bytes with one call;
/// 4 the quote, read to its end;
/// 5 the generation must be 1: otherwise somebody else wrote the entry, and all is done again;
/// 6 the report data inside the quote must be those that were asked for;
/// 7 the entry is removed, whatever happened.
/// </summary>
/// <remarks>
/// The kernel makes one quote at a time, so a process asks for one at a time, with however many objects. A quote that the host
/// never gives holds one thread inside the kernel until it does; the caller gets TSF3316 when its time is over, and so do later ones.
/// </remarks>
public sealed partial class ConfigfsTsm : IDisposable
{
    /// <summary>Length of report data.</summary>
    public const int ReportDataLength = 64;

    // One for each root, not for each object: every attempt at a key makes an object of its own.
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource ended = new();
    private readonly SemaphoreSlim gate;
    private readonly ConfigfsTsmOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    /// <summary>Checks the options, and removes the entries that crashed processes of this program left behind.</summary>
    /// <param name="options">Where and how patiently.</param>
    /// <param name="time">The clock of limits and waits.</param>
    /// <param name="logger">Gets disturbed attempts and what was swept; null for none.</param>
    /// <exception cref="TsfException">TSF0002.</exception>
    public ConfigfsTsm(ConfigfsTsmOptions options, TimeProvider time, ILogger? logger = null)
    {
        options.Validate();
        (this.options, this.time, this.logger) = (options, time, logger ?? NullLogger.Instance);
        gate = Gates.GetOrAdd(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Root)), static _ => new SemaphoreSlim(1));
        Swept = Sweep();
        if (Swept > 0)
        {
            LogSwept(this.logger, Swept);
        }
    }

    /// <summary>How many leftovers of crashed processes were removed.</summary>
    public int Swept { get; }

    /// <summary>Gets a fresh quote.</summary>
    /// <param name="reportData">What it is bound to: at most 64 bytes, filled up with zeros.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TsfException">TSF3310 to TSF3320.</exception>
    public async Task<byte[]> GetQuoteAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken)
    {
        if (reportData.Length is 0 or > ReportDataLength)
        {
            throw TsfErrors.ReportInputRefused.With($"Report data have 1 to {ReportDataLength} bytes, not {reportData.Length}.");
        }

        var padded = new byte[ReportDataLength];
        reportData.CopyTo(padded);
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ended.Token, cancellationToken);
        try
        {
            return await GetAsync(padded, any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TsfErrors.QuoteTimedOut.With($"There was no quote within {options.Timeout.TotalSeconds:0} s. {TsfErrors.QuoteTimedOut.Remedy}");
        }
    }

    /// <summary>Ends the waits of its callers.</summary>
    public void Dispose() => ended.Cancel();

    private async Task<byte[]> GetAsync(byte[] reportData, CancellationToken cancellationToken)
    {
        var wait = options.FirstWait;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AttemptAsync(reportData, cancellationToken).ConfigureAwait(false);
            }
            catch (TsfException exception) when (exception.Error == TsfErrors.ReportsBusy && attempt < options.Attempts)
            {
                LogDisturbed(logger, attempt, exception.Message);
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
                wait = wait * 2 < ConfigfsTsmOptions.LongestWait ? wait * 2 : ConfigfsTsmOptions.LongestWait;
            }
        }
    }

    private async Task<byte[]> AttemptAsync(byte[] reportData, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);

        // The kernel cannot be cancelled, so the wait is left instead of the work: the place is free when the work ends. A
        // thread of its own, because it may block for long.
        Task<byte[]> work;
        try
        {
            work = Task.Factory.StartNew(() => Attempt(reportData), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch
        {
            // No more threads: nobody has the place, which outlives this object.
            gate.Release();
            throw;
        }

        _ = work.ContinueWith(
            static (done, state) =>
            {
                _ = done.Exception;
                ((SemaphoreSlim)state!).Release();
            },
            gate,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return await work.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private byte[] Attempt(byte[] reportData)
    {
        // 1, and 7 at the end
        using var entry = ReportEntry.Create(Path.Combine(options.Root, EntryNames.Create()));

        // 2
        var provider = entry.Provider();
        if (provider != "tdx_guest")
        {
            throw TsfErrors.WrongReportProvider.With($"The report provider is '{Shown(provider)}'; expected 'tdx_guest'. {TsfErrors.WrongReportProvider.Remedy}");
        }

        // 3, 4
        entry.Write(reportData);
        var quote = entry.Quote();

        // 5
        var generation = entry.Generation();
        if (generation != "1")
        {
            throw TsfErrors.ReportsBusy.With($"The report entry's generation is {Shown(generation)} after one write: another process wrote it. {TsfErrors.ReportsBusy.Remedy}");
        }

        // 6
        return CryptographicOperations.FixedTimeEquals(new QuoteView(quote).ReportData, reportData)
            ? quote
            : throw TsfErrors.QuoteNotBound.With($"The quote's REPORTDATA is not what was asked for. {TsfErrors.QuoteNotBound.Remedy}");
    }

    private int Sweep()
    {
        try
        {
            // A folder that cannot be listed is no error here: the first quote says what is wrong.
            return Directory.Exists(options.Root)
                ? Directory.EnumerateDirectories(options.Root, EntryNames.Prefix + "*").Count(path => EntryNames.IsLeftover(Path.GetFileName(path)) && SystemCalls.RemoveDirectory(path) == 0)
                : 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [LoggerMessage(3303, LogLevel.Information, "Removed {Count} report entries that ended processes left behind")]
    private static partial void LogSwept(ILogger logger, int count);

    [LoggerMessage(3304, LogLevel.Debug, "Attempt {Attempt} at a quote was disturbed and is made again: {Reason}")]
    private static partial void LogDisturbed(ILogger logger, int attempt, string reason);

    private static string Shown(string text) => new([.. text.Take(40).Select(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' ? character : '·')]);
}
