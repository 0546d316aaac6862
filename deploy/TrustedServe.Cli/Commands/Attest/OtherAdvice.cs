using TrustedServe.Attestation.Tdx.EventLogs;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>What to do about a genuine quote that a policy, an event log or an initdata document stands against.</summary>
internal static class OtherAdvice
{
    /// <summary>The guest was started with another document.</summary>
    public static Advice InitData { get; } = new(
        "The guest's host started it with another initdata document, or with none: it may run another container.",
        Roles.GuestOwner,
        "Start the pod with exactly these bytes, or give exactly the bytes that it was started with.");

    /// <summary>For a rule of a policy, by the name of its member.</summary>
    public static Advice ForRule(string rule) => rule switch
    {
        "tcb_statuses" => new(
            "The platform is not as up to date as the policy asks, or its grace period is over.",
            Roles.Operator,
            "Bring the platform up to date; or, if this state is to be trusted, state it under tcb_statuses or extend out_of_date_grace_days."),
        "insecure_allow_debug" => new("The guest runs with debugging: its host can read its memory.", Roles.GuestOwner, "Start the guest without debugging."),
        "minimum_evaluation_data_number" => new("The collateral is older than the policy asks, so newer findings do not count in it.", Roles.Verifier, "Fetch newer collateral: trustedserve attest collateral fetch."),
        "minimum_tcb_date" => new("The platform's TCB level is of an earlier day than the policy asks: what became known since is not dealt with.", Roles.Operator, "Update microcode, firmware and provisioning enclave (PCE) of the host, and take a new quote."),
        "allowed_advisories" => new("The platform has open security advisories that the policy does not list.", Roles.Operator, "Apply the advisories' updates; or read them and list those that may stay open under allowed_advisories."),
        "mr_config_id" => new("The guest was started with another configuration: it may run another container.", Roles.GuestOwner, "Start the guest with the policy's initdata document, or state its new document or value in the policy."),
        "mr_seam" => new("Another TDX module runs than the policy names.", Roles.Verifier, "If this module is to be trusted, add its value to mr_seam."),
        _ => new("The guest's firmware, kernel or configuration is another than the policy names.", Roles.Verifier, $"If this build is to be trusted, add its value to {rule}; otherwise start the guest from the build that the policy names."),
    };

    /// <summary>For a register that a log does not replay to.</summary>
    public static Advice EventLog(RegisterVerdict register) => new(
        register.ReachedAfter is { } count
            ? $"The quote's register is that after {count} of the log's {register.Events} events: the later ones are invented or came after the quote."
            : "The log is not what was measured: it is another guest's, or it was changed.",
        Roles.Sender,
        "Take log and quote from the same guest, with nothing measured in between, and send the log as the firmware gives it.");
}
