namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF3301: bytes that are not an event log.</summary>
    public static readonly ErrorCode MalformedEventLog = new("TSF3301", 400, "The event log is not one that can be read", "Send the guest's CCEL table as the firmware gives it; the message names the offset.");

    /// <summary>TSF3302: a log that does not replay to the registers of the quote.</summary>
    public static readonly ErrorCode EventLogMismatch = new("TSF3302", 403, "The event log does not replay to the quote's registers", "Take log and quote from the same guest, the log after the last measurement; the message names the register and where the two part.");

    /// <summary>TSF3303: the event log cannot be read in the guest.</summary>
    public static readonly ErrorCode EventLogUnreadable = new("TSF3303", 503, "The guest's event log cannot be read", "Check the path of the CCEL table and that the process may read it, or set no path to send evidence without a log.");

    /// <summary>TSF3304: something that is not TDX evidence.</summary>
    public static readonly ErrorCode MalformedEvidence = new("TSF3304", 400, "The evidence is not TDX evidence in its form", "Send {\"quote\": base64, \"cc_eventlog\": base64 or null}.");

    /// <summary>TSF3310: there is no configfs-tsm here.</summary>
    public static readonly ErrorCode ReportsUnavailable = new("TSF3310", 503, "The kernel offers no attestation reports here", "Run inside a TDX guest with Linux 6.7 or later, configfs mounted and the module tdx_guest loaded; inside a Kata pod use the guest API.");

    /// <summary>TSF3311: the process may not ask for reports.</summary>
    public static readonly ErrorCode ReportsForbidden = new("TSF3311", 503, "The process may not ask the kernel for attestation reports", "Run as root, or bind-mount the report folder writable into the container; inside a Kata pod use the guest API.");

    /// <summary>TSF3312: reports of another technology.</summary>
    public static readonly ErrorCode WrongReportProvider = new("TSF3312", 503, "The kernel's attestation reports are not TDX quotes", "Run inside a TDX guest; this program makes evidence of no other technology.");

    /// <summary>TSF3313: others keep using the report interface.</summary>
    public static readonly ErrorCode ReportsBusy = new("TSF3313", 503, "The report interface is busy", "Try again; if it stays so, find the process that keeps asking for reports.");

    /// <summary>TSF3314: the kernel refuses the report data.</summary>
    public static readonly ErrorCode ReportInputRefused = new("TSF3314", 500, "The kernel refuses the report data", "The kernel and this program disagree on the interface; use Linux 6.7 or later.");

    /// <summary>TSF3315: the host's quoting service failed.</summary>
    public static readonly ErrorCode QuotingServiceFailed = new("TSF3315", 503, "The host's quoting service failed", "On the host, check that the quote generation service runs, that the guest is connected to it, and its provisioning.");

    /// <summary>TSF3316: the quote takes too long.</summary>
    public static readonly ErrorCode QuoteTimedOut = new("TSF3316", 504, "The quote did not come in time", "On the host, check the quote generation service's load and log; then try again.");

    /// <summary>TSF3317: a quote about something else.</summary>
    public static readonly ErrorCode QuoteNotBound = new("TSF3317", 500, "The quote is not bound to the report data that was asked for", "Something else uses the same report entries or the kernel is not to be trusted: find it before trying again.");

    /// <summary>TSF3318: what the kernel gave is no quote.</summary>
    public static readonly ErrorCode MalformedReport = new("TSF3318", 502, "What the kernel gave is not a TDX quote", "Check the versions of kernel, TDX module and quoting service; quotes of version 4 and 5 are known.");

    /// <summary>TSF3319: no room for another report entry.</summary>
    public static readonly ErrorCode ReportsExhausted = new("TSF3319", 503, "The kernel has no room for another report", "Free memory, and remove report entries that other programs left behind.");

    /// <summary>TSF3320: an error of the report interface that no other code describes.</summary>
    public static readonly ErrorCode ReportsFailed = new("TSF3320", 500, "The report interface failed", "Look up the error that the message names in the kernel's documentation of configfs-tsm.");

    /// <summary>TSF3330: not an initdata document.</summary>
    public static readonly ErrorCode MalformedInitData = new("TSF3330", 422, "The initdata document is not valid", "Write it as TOML with version \"0.1.0\", algorithm and [data]; the message names the place.");

    /// <summary>TSF3331: the guest was started with another document.</summary>
    public static readonly ErrorCode InitDataMismatch = new("TSF3331", 403, "The guest was not started with this initdata document", "Give exactly the bytes that the pod was started with, or start the pod with this document.");

    /// <summary>TSF3340: a wrong attestation policy; every problem is listed.</summary>
    public static readonly ErrorCode InvalidAttestationPolicy = new("TSF3340", 422, "The attestation policy is not valid", "Correct every problem that the message lists; the shipped schema describes the file.");

    /// <summary>TSF3341: a key would be released to any guest, or to any container in a known guest.</summary>
    public static readonly ErrorCode UnpinnedAttestationPolicy = new("TSF3341", 422, "The attestation policy does not say which guest and container it means", "Pin mrTd, rtmr0, rtmr1, rtmr2 and either mrConfigId or initData.");

    /// <summary>TSF3342: evidence that verifies and that the policy does not accept.</summary>
    public static readonly ErrorCode AttestationPolicyRefused = new("TSF3342", 403, "The evidence is genuine, but the policy does not accept it", "Compare the rules that the message lists: change the guest, or the policy if this guest is to be trusted.");

    /// <summary>TSF3350: the service has no collateral for this platform.</summary>
    public static readonly ErrorCode CollateralNotFound = new("TSF3350", 502, "There is no collateral for this platform", "Check FMSPC and certificate authority; a caching service may need the platform registered first.");

    /// <summary>TSF3351: the collateral service does not answer.</summary>
    public static readonly ErrorCode CollateralUnreachable = new("TSF3351", 502, "The collateral service does not answer", "Check its address and the way to it, or fetch a bundle elsewhere and give it as a file.");

    /// <summary>TSF3352: collateral that is not in its form.</summary>
    public static readonly ErrorCode MalformedCollateral = new("TSF3352", 502, "What should be collateral is not", "Check that the address is of a PCS or PCCS of version 4 and that nothing between changes its answers; the message names the part.");

    /// <summary>TSF3353: only collateral whose time is over.</summary>
    public static readonly ErrorCode CollateralExpired = new("TSF3353", 502, "There is only collateral whose time is over", "Fetch it again; at an air-gapped site carry a new bundle in.");
}
