using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>
/// Evidence of a TDX guest in the KBS protocol's form: <c>{"quote": base64, "cc_eventlog": base64 or null}</c>. The log is cut
/// at its end marker, because firmware reserves much more room than it uses.
/// </summary>
public sealed class TdxEvidenceSource : IEvidenceSource
{
    /// <summary>Where Linux shows the firmware's event log.</summary>
    public const string DefaultEventLogPath = "/sys/firmware/acpi/tables/data/CCEL";

    private readonly ConfigfsTsm reports;
    private readonly string? eventLogPath;

    /// <summary>Creates the source; nothing is asked for yet.</summary>
    /// <param name="reports">Where quotes come from.</param>
    /// <param name="eventLogPath">The event log's file; null to send none. A guest without the file has no log, and sends none.</param>
    public TdxEvidenceSource(ConfigfsTsm reports, string? eventLogPath = DefaultEventLogPath) => (this.reports, this.eventLogPath) = (reports, eventLogPath);

    /// <inheritdoc/>
    public string Tee => "tdx";

    /// <inheritdoc/>
    public string TrustKind => "tdx";

    /// <inheritdoc/>
    /// <exception cref="TsfException">TSF3303, TSF3310 to TSF3320.</exception>
    public async Task<EvidenceReport> GetEvidenceAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken)
    {
        var quote = await reports.GetQuoteAsync(reportData, cancellationToken).ConfigureAwait(false);

        // After the quote, and so never shorter than what the quote's registers say of events before it.
        var evidence = new TdxEvidence(quote, ReadEventLog());
        return new EvidenceReport(evidence.ToElement(), Convert.ToHexStringLower(new QuoteView(quote).MrTd));
    }

    private byte[] ReadEventLog()
    {
        if (eventLogPath is null)
        {
            return [];
        }

        try
        {
            // The size of a file in sysfs says nothing: read until the end, with a bound.
            using var file = new FileStream(eventLogPath, new FileStreamOptions { BufferSize = 0 });
            var bytes = new byte[EventLog.MaxLength + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var log = EventLog.Parse(bytes.AsMemory(0, length));
            return [.. log.Bytes.Span, .. EndMarker];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.EventLogUnreadable.With($"The event log '{eventLogPath}' cannot be read: {exception.Message}", exception);
        }
        catch (TsfException exception)
        {
            throw TsfErrors.EventLogUnreadable.With($"The event log '{eventLogPath}' is not one: {exception.Message}", exception);
        }
    }

    private static ReadOnlySpan<byte> EndMarker => [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
}
