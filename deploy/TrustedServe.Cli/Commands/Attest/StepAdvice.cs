using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>What a refusal at each step of verification means, who can change it, and the one thing to change.</summary>
internal static class StepAdvice
{
    private const string FetchAgain = "Fetch the collateral of this platform again: trustedserve attest collateral fetch --quote <quote> --out <bundle>.";

    private static readonly Advice Unreadable = new(
        "A document of the collateral is not in Intel's form: it was cut, edited or written by something else.", Roles.Verifier, FetchAgain + " Store the bytes exactly as they were served.");

    private static readonly Advice NotIntels = new(
        "A document of the collateral is not signed by Intel's key as it stands: it was changed, reformatted, or belongs to another signer.", Roles.Verifier, FetchAgain + " Store the bytes exactly as they were served.");

    private static readonly Advice NotInTime = new(
        "A document of the collateral does not count at this moment: its time is over, or has not begun.", Roles.Verifier, FetchAgain + " If it is new, check the clock, or judge at another moment with --at.");

    private static readonly Advice RevokedSigner = new(
        "Intel has revoked a certificate that signed the collateral.", Roles.Verifier, FetchAgain + " Intel's service serves documents of the new signer.");

    private static readonly Advice Forged = new(
        "The quote does not hold together: something in it was changed after it was signed, or it was never signed by this platform.", Roles.Sender, "Take a new quote in the guest and send it byte for byte; if it is refused again, do not trust this guest.");

    /// <summary>The advice for a step.</summary>
    /// <param name="step">The step that failed.</param>
    /// <param name="tcb">The statuses that were found, for <see cref="TdxStep.TcbStatus"/>.</param>
    public static Advice For(TdxStep step, TcbAssessment? tcb = null) => step switch
    {
        TdxStep.Format => new(
            "The bytes are no TDX quote of version 4 or 5; 'seen' says what they are.", Roles.Sender,
            "Send the quote itself, raw: not base64, not a TD report, not an SGX quote, nothing before it, nothing cut off."),
        TdxStep.TrailingData => new(
            "Bytes follow the quote that nobody signed.", Roles.Sender,
            "Send the quote alone; or, if the bytes are known to be harmless, pass over them with --allow-trailing-data."),
        TdxStep.PckChain => new(
            "The quote does not carry its platform's three certificates.", Roles.Operator,
            "Configure the host's quoting service to put the whole PCK chain into quotes (certification data type 5)."),
        TdxStep.TrustAnchor => new(
            "The certificates lead to a root with another key than Intel's, whatever name it bears: a pre-production platform, a simulator, or a forgery.", Roles.Operator,
            "Run the guest on a production platform that is registered with Intel; a quote below this root proves nothing."),
        TdxStep.PckChainSignatures => new(
            "A certificate of the quote was not signed by the one above it: the chain was put together or changed.", Roles.Sender,
            "Take a new quote in the guest and send it byte for byte; if it is refused again, do not trust this guest."),
        TdxStep.PckChainProfile => new(
            "A certificate is used in a place for which Intel did not issue it.", Roles.Sender,
            "Take a new quote whose chain is the platform's own PCK certificate, its PCK CA and Intel's root."),
        TdxStep.PckChainValidity => new(
            "A certificate of the quote is not valid at the moment of judging.", Roles.Operator,
            "Have the platform's PCK certificate issued again; if the quote is old or new on purpose, judge at its own moment with --at."),
        TdxStep.PckExtension => new(
            "The platform's certificate does not say, or does not say properly, which platform it is.", Roles.Operator,
            "Provision the platform again so that its quotes carry an Intel PCK certificate."),
        TdxStep.Collateral => new(
            "Nothing says whether this platform is up to date or revoked.", Roles.Verifier,
            "Give --collateral; trustedserve attest collateral fetch --quote <quote> --out <bundle> gets it."),
        TdxStep.RootCrl => new(
            "The root's revocation list is missing, unreadable, or not signed by the root.", Roles.Verifier, FetchAgain),
        TdxStep.RootCrlValidity => NotInTime,
        TdxStep.IntermediateRevocation => new(
            "Intel has revoked the authority that certified this platform.", Roles.Operator,
            "Provision the platform again below a current authority; until then trust no quote of it."),
        TdxStep.PckCrl => new(
            "The revocation list of the authority that certified this platform is missing, unreadable, or another authority's.", Roles.Verifier,
            FetchAgain + " The list must be that of the quote's own CA, platform or processor."),
        TdxStep.PckCrlValidity => NotInTime,
        TdxStep.PckRevocation => new(
            "Intel has revoked this platform's certificate: its key may be in other hands.", Roles.Operator,
            "Move the guest to another platform; this one proves nothing until Intel certifies it again."),
        TdxStep.QeReportSignature => Forged,
        TdxStep.AttestationKey => Forged,
        TdxStep.QeReportBinding => Forged,
        TdxStep.QuoteSignature => Forged,
        TdxStep.TcbInfoSigner => NotIntels,
        TdxStep.TcbInfoSignerValidity => NotInTime,
        TdxStep.TcbInfoSignerRevocation => RevokedSigner,
        TdxStep.TcbInfoDocument => Unreadable,
        TdxStep.TcbInfoSignature => NotIntels,
        TdxStep.TcbInfo => Unreadable,
        TdxStep.TcbInfoValidity => NotInTime,
        TdxStep.QeIdentitySigner => NotIntels,
        TdxStep.QeIdentitySignerValidity => NotInTime,
        TdxStep.QeIdentitySignerRevocation => RevokedSigner,
        TdxStep.QeIdentityDocument => Unreadable,
        TdxStep.QeIdentitySignature => NotIntels,
        TdxStep.QeIdentity => Unreadable,
        TdxStep.QeIdentityValidity => NotInTime,
        TdxStep.Platform => new(
            "The collateral is that of another kind of platform.", Roles.Verifier,
            "Fetch the collateral of this quote: trustedserve attest collateral fetch --quote <quote> --out <bundle>."),
        TdxStep.QeReport => new(
            "The enclave that made the quote is not Intel's TD quoting enclave.", Roles.Operator,
            "Install Intel's quoting enclave on the host and take a new quote."),
        TdxStep.QeTcbLevel => new(
            "The quoting enclave is older than every version that Intel judges.", Roles.Operator,
            "Update the quoting enclave on the host (Intel's DCAP packages) and take a new quote."),
        TdxStep.TdxModule => new(
            "The TDX module is not one that the collateral describes: not Intel's, or newer than the collateral.", Roles.Verifier,
            FetchAgain + " If it stays so, the platform's operator must install a production TDX module of Intel's."),
        TdxStep.PlatformTcbLevel => new(
            "The platform's microcode or firmware is older than every level that Intel judges.", Roles.Operator,
            "Update microcode, firmware and TDX module of the host, have it certified again, and take a new quote."),
        TdxStep.TdxModuleTcbLevel => new(
            "The TDX module is older than every version that Intel judges.", Roles.Operator,
            "Update the TDX module of the host, start the guest again and take a new quote."),
        TdxStep.TcbStatus => ForStatus(tcb),
        TdxStep.EvaluationDataNumber => new(
            "The collateral is older than the policy asks, so newer findings do not count in it.", Roles.Verifier, FetchAgain),
        TdxStep.Debug => new(
            "The guest runs with debugging: its host can read and change its memory, so nothing in it is secret.", Roles.GuestOwner,
            "Start the guest without debugging (TD attributes, first byte zero); --insecure-allow-debug is for development."),
        TdxStep.ServiceTd => new(
            "The guest can be migrated, or another TD serves it: who controls that one can carry its memory away.", Roles.GuestOwner,
            "Start the guest without the attribute MIGRATABLE (TD attributes, bit 29) and without a service TD."),
        TdxStep.ReportData => new(
            "The quote answers another question than was asked: another nonce, another key, or a replay.", Roles.Sender,
            "Take a new quote with exactly the report data that is expected."),
        TdxStep.Measurement => new(
            "The guest is not one of those that are expected.", Roles.Verifier,
            "Start the expected guest; or, if this build is to be trusted, add its measurement."),
        TdxStep.Attributes => new(
            "The guest runs with other features than are expected.", Roles.GuestOwner,
            "Start the guest with the expected TD attributes and XFAM."),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "A step without advice."),
    };

    private static Advice ForStatus(TcbAssessment? tcb) => tcb?.Status switch
    {
        TcbStatus.Revoked => new(
            "Intel counts this platform's state as compromised. No policy can accept it.", Roles.Operator,
            "Update microcode, firmware and TDX module of the host, have it certified again, and take a new quote; until then keep secrets away."),
        TcbStatus.OutOfDate or TcbStatus.OutOfDateConfigurationNeeded => new(
            "The platform lacks security updates that are published.", Roles.Operator, UpdateOf(tcb)),
        TcbStatus.ConfigurationNeeded or TcbStatus.ConfigurationAndSWHardeningNeeded => new(
            "The platform is up to date, but set up in a way that leaves advisories open.", Roles.Operator,
            "Change the firmware settings that the advisories name and take a new quote; or accept this status in a policy."),
        TcbStatus.SWHardeningNeeded => new(
            "The platform is up to date; what is left open must be dealt with by the software in the guest.", Roles.Verifier,
            "Read the advisories; if the guest's software deals with them, accept SWHardeningNeeded in a policy."),
        TcbStatus.TDRelaunchAdvised or TcbStatus.TDRelaunchAdvisedConfigurationNeeded => new(
            "The platform was brought up to date after this guest was started.", Roles.GuestOwner,
            "Start the guest again and take a new quote."),
        _ => new("The platform's state is not an accepted one.", Roles.Verifier, "Accept this status in a policy, if it is to be trusted."),
    };

    /// <summary>The one part to begin with: without the platform's own updates those of the others may not count.</summary>
    private static string UpdateOf(TcbAssessment tcb)
    {
        if (IsOutOfDate(tcb.Launch.Platform) || IsOutOfDate(tcb.Current?.Platform))
        {
            return "Update microcode, firmware and provisioning enclave (PCE) of the host, have the platform certified again, and take a new quote.";
        }

        return IsOutOfDate(tcb.Launch.Module) || IsOutOfDate(tcb.Current?.Module)
            ? "Update the TDX module of the host, start the guest again and take a new quote."
            : "Update the quoting enclave on the host (Intel's DCAP packages) and take a new quote.";
    }

    private static bool IsOutOfDate(TcbStatus? status) => status is TcbStatus.OutOfDate or TcbStatus.OutOfDateConfigurationNeeded;
}
