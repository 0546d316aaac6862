using System.Text.Json;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Attestation.Tdx.Reports;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.KeyBroker.Policies;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Verification;

/// <summary>
/// Verifies TDX evidence: 1 the quote's certificates, signatures and binding, 2 collateral for its platform, 3 the whole quote with it,
/// 4 the event log, if there is one, 5 initdata, if there is some. A status or a debuggable guest that no rule of the policy
/// accepts is refused here already; which guest gets which resource is decided at the release.
/// </summary>
internal sealed class TdxEvidenceVerifier(CollateralCache collateral, TrustAnchor anchor, Func<BrokerPolicy> policy, TimeProvider time) : IEvidenceVerifier
{
    /// <summary>The kind, as the protocol names it.</summary>
    public const string Name = "tdx";

    /// <inheritdoc/>
    public string Tee => Name;

    /// <inheritdoc/>
    public async Task<VerifiedEvidence> VerifyAsync(JsonElement evidence, ReadOnlyMemory<byte> reportData, JsonElement? initData, CancellationToken cancellationToken)
    {
        var (quote, eventLog) = Read(evidence);
        var current = policy();
        var rules = current.Rules.Where(rule => rule.Tdx is not null).ToList();
        var onlyRule = rules is [var only] ? only.Name : null;
        var options = OptionsOf([.. rules.Select(rule => rule.Tdx!)], reportData);

        // 1: a stranger cannot make the broker fetch collateral; a genuine platform, bound to this very session, can.
        var genuine = TdxVerifier.Verify(quote.Span, (TdxCollateral?)null, time.GetUtcNow(), options with { InsecureAllowMissingCollateral = true });
        TdxRefusals.ThrowIfRefused(genuine, onlyRule);

        // 2
        var fetched = await CollateralOf(CollateralRequest.For(genuine.Platform!), cancellationToken).ConfigureAwait(false);

        // 3
        var now = time.GetUtcNow();
        var verdict = TdxVerifier.Verify(quote.Span, fetched.Verified, now, options);
        TdxRefusals.ThrowIfRefused(verdict, onlyRule);
        var guest = PolicyVerifier.ClaimsOf(verdict, fetched.Verified)!;

        // 4
        if (!eventLog.IsEmpty)
        {
            TdxRefusals.ThrowIfNotReplayed(eventLog, verdict.Claims!);
        }

        // 5
        var documents = initData is { ValueKind: not JsonValueKind.Null } sent ? BoundInitData.Verify(sent, guest.MrConfigId) : null;

        var measurement = Convert.ToHexStringLower(guest.MrTd.Span);
        var trustworthiness = TdxTrustworthiness.Of(guest.TcbStatus, guest.Debug, current.Knows(Name, measurement, guest, now));
        return new VerifiedEvidence(
            Name,
            measurement,
            trustworthiness.Status,
            trustworthiness.Vector,
            Convert.ToHexStringLower(verdict.Claims!.Report.ReportData),
            KbsJson.Element(TdxTokenClaims.Of(verdict, guest, fetched.Until, replayed: !eventLog.IsEmpty)))
        {
            Tdx = guest,
            InitData = Convert.ToHexStringLower(guest.MrConfigId.Span),
            InitDataClaims = documents,
        };
    }

    private static TdxEvidence Read(JsonElement evidence)
    {
        try
        {
            return TdxEvidence.Parse(evidence);
        }
        catch (TsfException exception)
        {
            throw TdxRefusals.Refused("primary_evidence", "a quote in base64, and an event log or null", exception.Message, nameof(TdxStep.Format));
        }
    }

    private async Task<CachedCollateral> CollateralOf(CollateralRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await collateral.GetAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (TsfException exception) when (exception.Error == TsfErrors.CollateralUnreachable)
        {
            // Not the guest's fault, and soon better: answered as a failure of the broker, which the guest tries again.
            throw TsfErrors.CollateralUnreachable.With($"The broker cannot get the collateral of {request} now.");
        }
        catch (TsfException exception)
        {
            // The message may name the broker's folders; its log has it.
            throw TdxRefusals.Refused("collateral", $"current collateral of {request}", $"{exception.Error.Title} ({exception.Code})", nameof(TdxStep.Collateral));
        }
    }

    /// <summary>Accepts no more than the rules together could; each rule then says it for itself at the release.</summary>
    private TdxVerifierOptions OptionsOf(List<AttestationPolicy> rules, ReadOnlyMemory<byte> reportData) => new()
    {
        TrustAnchor = anchor,
        AcceptedStatuses =
        [
            TcbStatus.UpToDate,
            .. rules.SelectMany(rule => rule.TcbStatuses).Select(Enum.Parse<TcbStatus>),
            .. rules.Where(rule => rule.OutOfDateGraceDays > 0).Select(_ => TcbStatus.OutOfDate),
        ],
        InsecureAllowDebug = rules.Exists(rule => rule.InsecureAllowDebug),
        Expectations = new TdxExpectations { ReportData = reportData },
    };
}
