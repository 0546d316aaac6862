using System.CommandLine;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>What <c>attest verify</c> and <c>attest explain</c> are told: the same, so that one explains what the other refuses.</summary>
internal sealed class EvidenceArguments
{
    private readonly Argument<string> quote = new("quote") { Description = "A file with a TDX quote." };
    private readonly Option<string?> collateral = new("--collateral") { Description = "A collateral bundle, or a folder with the collateral of many platforms." };
    private readonly Option<string?> policy = new("--policy") { Description = "An attestation policy; default: up to date, no debugging, any guest." };
    private readonly Option<string?> at = AttestOptions.At();
    private readonly Option<string?> reportData = new("--report-data") { Description = "What the quote must be bound to: up to 64 bytes in hexadecimal digits, the rest zero." };
    private readonly Option<string?> eventLog = new("--event-log") { Description = "The guest's event log (CCEL); it must replay to the quote's registers." };
    private readonly Option<string?> initData = new("--init-data") { Description = "The initdata document that the guest must have been started with." };
    private readonly Option<bool> trailing = new("--allow-trailing-data") { Description = "Pass over bytes other than zero after the quote." };
    private readonly Option<bool> debug = new("--insecure-allow-debug") { Description = "Accept a guest that its host can look into." };
    private readonly Option<bool> expired = new("--insecure-allow-expired-collateral") { Description = "Accept collateral whose time is over." };
    private readonly Option<bool> withoutLists = new("--insecure-allow-missing-crls") { Description = "Go on without revocation lists that the collateral lacks." };
    private readonly Option<bool> withoutCollateral = new("--insecure-allow-missing-collateral") { Description = "Go on without collateral: signatures only, the status stays unknown." };
    private readonly Option<string?> root = AttestOptions.InsecureTrustRoot();

    /// <summary>Adds the argument and the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(quote);
        foreach (var option in (Option[])[collateral, policy, at, reportData, eventLog, initData, trailing, debug, expired, withoutLists, withoutCollateral, root])
        {
            command.Add(option);
        }
    }

    /// <summary>Reads everything that was named.</summary>
    public async Task<EvidenceInput> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        // The one byte more lets the verifier say that a quote is too long.
        var bytes = AttestFiles.Read(parsed.GetValue(quote)!, TdxQuote.MaxLength + 1);
        var rules = parsed.GetValue(policy) is { } policyFile ? AttestationPolicy.Load(policyFile, PolicyUse.Inspection) : null;
        if (rules is not null && parsed.GetValue(collateral) is null)
        {
            throw TsfErrors.Usage.With("--policy judges how up to date a platform is, which takes --collateral.");
        }

        return new EvidenceInput
        {
            Quote = bytes,
            Collateral = parsed.GetValue(collateral) is { } path ? await CollateralFiles.FindAsync(path, bytes, cancellationToken) : null,
            Policy = rules,
            Options = VerifierOptions(parsed, rules),
            Clock = AttestOptions.Time(parsed.GetValue(at)),
            EventLog = parsed.GetValue(eventLog) is { } log ? EventLog.Parse(AttestFiles.Read(log, EventLog.MaxLength)) : null,
            InitData = parsed.GetValue(initData) is { } document ? AttestFiles.Read(document, InitDataDocument.MaxLength) : null,
        };
    }

    /// <summary>The verifier accepts no more than the policy could; the policy's own rules then say it value by value.</summary>
    private TdxVerifierOptions VerifierOptions(ParseResult parsed, AttestationPolicy? rules)
    {
        var accepted = rules is null ? [TcbStatus.UpToDate] : rules.TcbStatuses.Select(Enum.Parse<TcbStatus>);
        return new TdxVerifierOptions
        {
            TrustAnchor = AttestOptions.Anchor(parsed.GetValue(root)),
            AcceptedStatuses = [.. rules is { OutOfDateGraceDays: > 0 } ? accepted.Append(TcbStatus.OutOfDate) : accepted],
            MinimumEvaluationDataNumber = rules?.MinimumEvaluationDataNumber ?? 0,
            Expectations = new TdxExpectations { ReportData = parsed.GetValue(reportData) is { } hex ? AttestOptions.Hex(reportData.Name, hex, 1, 64) : default(ReadOnlyMemory<byte>?) },
            AllowTrailingData = parsed.GetValue(trailing),
            InsecureAllowDebug = parsed.GetValue(debug) || rules is { InsecureAllowDebug: true },
            InsecureAllowExpiredCollateral = parsed.GetValue(expired),
            InsecureAllowMissingCrls = parsed.GetValue(withoutLists),
            InsecureAllowMissingCollateral = parsed.GetValue(withoutCollateral),
        };
    }
}
