using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>
/// Keeps collateral for each kind of platform. What is fetched is verified below the root before it is kept, so a wrong answer
/// never displaces a right one. It is fetched again long before it expires, in the background; while that fails, the last good one
/// serves until its own end and no longer. One fetch a kind of platform at a time, however many ask.
/// </summary>
/// <remarks>
/// Whoever sends a quote names a kind of platform, so a stranger can cause fetches and push others out of a full cache: check the
/// quote's certificate chain first, or limit how often strangers may ask.
/// </remarks>
public sealed partial class CollateralCache : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<CollateralRequest, Entry> entries = [];
    private readonly CancellationTokenSource ended = new();
    private readonly ICollateralSource source;
    private readonly CollateralCacheOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private long uses;

    /// <summary>Checks the options; nothing is fetched yet.</summary>
    /// <param name="source">Where collateral comes from.</param>
    /// <param name="options">How long it is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets each fetch and its failure; null for none.</param>
    /// <exception cref="TsfException">TSF0002.</exception>
    public CollateralCache(ICollateralSource source, CollateralCacheOptions options, TimeProvider time, ILogger? logger = null)
    {
        options.Validate();
        (this.source, this.options, this.time, this.logger) = (source, options, time, logger ?? NullLogger.Instance);
    }

    /// <summary>Gives current collateral, at once where there is some.</summary>
    /// <exception cref="TsfException">TSF3350 to TSF3353: there is none, and it cannot be fetched (asked again no sooner than <see cref="CollateralCacheOptions.RetryAfter"/>).</exception>
    public async Task<CachedCollateral> GetAsync(CollateralRequest request, CancellationToken cancellationToken)
    {
        Task<CachedCollateral> fetch;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(ended.IsCancellationRequested, this);
            var now = time.GetUtcNow();
            var entry = Find(request);
            var current = entry.Current is { } kept && now <= kept.Until ? kept : null;
            if (current is null || now >= current.RefreshAfter)
            {
                Refresh(request, entry, now);
            }

            if (current is not null)
            {
                return current;
            }

            if (entry.Fetch is null)
            {
                var failure = entry.Failure!;
                throw failure.Error.With($"{failure.Message} It is asked again after {entry.RetryAt:u}.", failure);
            }

            fetch = entry.Fetch;
        }

        return await fetch.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Why the last fetch failed; null when it did not, or there was none.</summary>
    public TsfException? LastFailure(CollateralRequest request)
    {
        lock (gate)
        {
            return entries.GetValueOrDefault(request)?.Failure;
        }
    }

    /// <summary>Ends fetches that run.</summary>
    public void Dispose() => ended.Cancel();

    private Entry Find(CollateralRequest request)
    {
        if (!entries.TryGetValue(request, out var entry))
        {
            if (entries.Count >= options.Capacity)
            {
                entries.Remove(entries.MinBy(pair => pair.Value.LastUse).Key);
            }

            entries.Add(request, entry = new Entry());
        }

        entry.LastUse = ++uses;
        return entry;
    }

    private void Refresh(CollateralRequest request, Entry entry, DateTimeOffset now)
    {
        if (entry.Fetch is null && now >= entry.RetryAt)
        {
            // Not the caller's token: others wait for the same fetch.
            entry.Fetch = Task.Run(() => FetchAsync(request, entry), ended.Token);
            _ = entry.Fetch.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    private async Task<CachedCollateral> FetchAsync(CollateralRequest request, Entry entry)
    {
        try
        {
            var fetched = Check(request, await source.GetAsync(request, ended.Token).ConfigureAwait(false), entry.Current);
            lock (gate)
            {
                (entry.Current, entry.Failure, entry.RetryAt, entry.Fetch) = (fetched, null, DateTimeOffset.MinValue, null);
            }

            LogFetched(logger, request, fetched.Until, fetched.RefreshAfter);
            return fetched;
        }
        catch (Exception exception)
        {
            // Outcome and end of the fetch become visible together: a caller sees a running fetch or its result.
            var failure = exception as TsfException;
            lock (gate)
            {
                entry.Fetch = null;
                if (failure is not null)
                {
                    (entry.Failure, entry.RetryAt) = (failure, time.GetUtcNow() + options.RetryAfter);
                }
            }

            if (failure is not null)
            {
                LogFailed(logger, request, failure.Code, failure.Message, entry.Current?.Until);
            }

            throw;
        }
    }

    private CachedCollateral Check(CollateralRequest request, TdxCollateral collateral, CachedCollateral? last)
    {
        var verified = VerifiedCollateral.Create(collateral, options.TrustAnchor);
        if (verified.FirstDefect is { } defect)
        {
            throw TsfErrors.MalformedCollateral.With($"The collateral of {request} does not hold: {defect.Step}: expected {defect.Expected}, seen {defect.Seen}.");
        }

        if (collateral.PckCrl.IsEmpty || collateral.RootCaCrl.IsEmpty || verified.TcbInfo is not { } info || verified.QeIdentity is not { } identity)
        {
            throw TsfErrors.MalformedCollateral.With($"The collateral of {request} is not complete.");
        }

        var fmspc = Convert.ToHexStringLower(info.Fmspc);
        if (fmspc != request.Fmspc)
        {
            throw TsfErrors.MalformedCollateral.With($"The collateral is of FMSPC {fmspc}; asked for was {request}.");
        }

        var authority = request.Authority == PckAuthority.Platform ? CertificateRules.PlatformAuthorityName : CertificateRules.ProcessorAuthorityName;
        if (verified.PckCrl?.Value?.List.IssuerCommonName != authority)
        {
            throw TsfErrors.MalformedCollateral.With($"The PCK revocation list is not of {authority}, which {request} needs.");
        }

        var now = time.GetUtcNow();
        foreach (var piece in verified.Validity)
        {
            if (now < piece.From || now > piece.Until)
            {
                throw TsfErrors.CollateralExpired.With($"{piece.Name} of {request} counts from {piece.From:u} to {piece.Until:u}; it is {now:u}.");
            }
        }

        // Whoever stands between could answer with an older set that has not expired yet and knows of fewer weaknesses.
        if (last?.Verified is { TcbInfo: { } lastInfo, QeIdentity: { } lastIdentity }
            && (info.EvaluationDataNumber < lastInfo.EvaluationDataNumber || identity.EvaluationDataNumber < lastIdentity.EvaluationDataNumber))
        {
            throw TsfErrors.MalformedCollateral.With(
                $"The collateral of {request} went back from evaluation number {lastInfo.EvaluationDataNumber} and {lastIdentity.EvaluationDataNumber} to {info.EvaluationDataNumber} and {identity.EvaluationDataNumber}.");
        }

        var until = verified.Validity.Min(piece => piece.Until);
        var wait = (until - now) * options.RefreshFraction;
        return new CachedCollateral(collateral, verified, now, now + (wait < options.LongestRefresh ? wait : options.LongestRefresh), until);
    }

    [LoggerMessage(3301, LogLevel.Information, "Collateral of {Request} fetched: counts until {Until}, refreshed after {RefreshAfter}")]
    private static partial void LogFetched(ILogger logger, CollateralRequest request, DateTimeOffset until, DateTimeOffset refreshAfter);

    [LoggerMessage(3302, LogLevel.Warning, "Collateral of {Request} could not be fetched: {Code} {Reason} The last good one counts until {Until}")]
    private static partial void LogFailed(ILogger logger, CollateralRequest request, string code, string reason, DateTimeOffset? until);

    private sealed class Entry
    {
        public CachedCollateral? Current { get; set; }

        public Task<CachedCollateral>? Fetch { get; set; }

        public TsfException? Failure { get; set; }

        public DateTimeOffset RetryAt { get; set; }

        public long LastUse { get; set; }
    }
}
