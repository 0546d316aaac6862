using System.Globalization;
using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>
/// Which genuine TDX guests are accepted: a small JSON file. What a member does not state is not compared, except for two
/// defaults: only the status <c>UpToDate</c>, and never a guest that its host can debug. A guest that can be migrated, or that
/// has a service TD, does not get as far as a policy: the verifier refuses it.
/// </summary>
public sealed class AttestationPolicy
{
    internal AttestationPolicy()
    {
    }

    /// <summary><c>tcb_statuses</c>: accepted statuses; default <c>UpToDate</c> alone. <c>Revoked</c> cannot be accepted.</summary>
    public IReadOnlyList<string> TcbStatuses { get; internal init; } = ["UpToDate"];

    /// <summary><c>out_of_date_grace_days</c>: an <c>OutOfDate</c> guest is accepted for so many days after its level's tcbDate; default 0, at most 730.</summary>
    public int OutOfDateGraceDays { get; internal init; }

    /// <summary><c>insecure_allow_debug</c>: development only, accepts a guest that its host can look into; default false.</summary>
    public bool InsecureAllowDebug { get; internal init; }

    /// <summary><c>minimum_evaluation_data_number</c>: the oldest collateral that counts; null for any.</summary>
    public int? MinimumEvaluationDataNumber { get; internal init; }

    /// <summary>
    /// <c>minimum_tcb_date</c>: the platform's TCB level must deal with everything known up to this day (UTC); null for any. A
    /// guest whose level's date is unknown is refused.
    /// </summary>
    public DateOnly? MinimumTcbDate { get; internal init; }

    /// <summary><c>allowed_advisories</c>: the only advisories that a guest may have; null to leave that to its status.</summary>
    public IReadOnlyList<string>? AllowedAdvisories { get; internal init; }

    /// <summary>
    /// Allowed values by register, in this order where stated: <c>mr_td</c>, <c>rtmr_0</c> to <c>rtmr_3</c>, <c>mr_config_id</c>
    /// (with the digests of the documents of <c>init_data</c>), <c>mr_seam</c>.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<AllowedValue>>> Registers { get; internal init; } = [];

    /// <summary>Reads a policy file; initdata documents are looked for beside it.</summary>
    /// <exception cref="TsfException">TSF0008, TSF3340 or TSF3341, with every problem at once.</exception>
    public static AttestationPolicy Load(string path, PolicyUse use)
    {
        byte[] content;
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            content = new byte[Math.Min(file.Length, PolicyReader.MaxLength + 1)];
            file.ReadExactly(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"The attestation policy '{path}' cannot be read: {exception.Message}", exception);
        }

        return Parse(content, use, Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Reads a policy file's content.</summary>
    /// <param name="utf8">The content.</param>
    /// <param name="use">What acceptance leads to.</param>
    /// <param name="folder">Where initdata documents lie.</param>
    /// <exception cref="TsfException">TSF3340 or TSF3341, with every problem at once.</exception>
    public static AttestationPolicy Parse(ReadOnlyMemory<byte> utf8, PolicyUse use, string folder)
    {
        var reader = new PolicyReader(use, folder);
        return reader.ReadFile(utf8) ?? throw reader.Refusal();
    }

    /// <summary>Reads a policy that is a part of another document, without <c>formatVersion</c>.</summary>
    /// <param name="element">The part.</param>
    /// <param name="use">What acceptance leads to.</param>
    /// <param name="folder">Where initdata documents lie.</param>
    /// <param name="place">Where the part stands, for problems, for example <c>$.rules[0].tdx</c>.</param>
    /// <param name="problems">Gets every problem.</param>
    /// <returns>Null when there are problems.</returns>
    public static AttestationPolicy? Read(JsonElement element, PolicyUse use, string folder, string place, ICollection<string> problems)
    {
        var reader = new PolicyReader(use, folder);
        var policy = reader.ReadPart(element, place);
        foreach (var problem in reader.Problems)
        {
            problems.Add(problem);
        }

        return policy;
    }

    /// <summary>Judges a guest by every rule.</summary>
    /// <param name="claims">Claims of a verified quote.</param>
    /// <param name="now">The time, for the grace period.</param>
    public PolicyVerdict Evaluate(PolicyClaims claims, DateTimeOffset now)
    {
        List<PolicyRuleResult> rules = [Status(claims, now), new("insecure_allow_debug", InsecureAllowDebug || !claims.Debug, InsecureAllowDebug ? "any" : "no debugging", claims.Debug ? "debug" : "no debugging")];
        foreach (var (register, allowed) in Registers)
        {
            var seen = Convert.ToHexStringLower(ValueOf(register, claims).Span);
            rules.Add(new PolicyRuleResult(register, allowed.Any(value => value.Hex == seen), string.Join(" or ", allowed), seen));
        }

        if (MinimumEvaluationDataNumber is { } minimum)
        {
            rules.Add(new PolicyRuleResult(
                "minimum_evaluation_data_number",
                claims.EvaluationDataNumber >= minimum,
                string.Create(CultureInfo.InvariantCulture, $"at least {minimum}"),
                claims.EvaluationDataNumber?.ToString(CultureInfo.InvariantCulture) ?? "unknown"));
        }

        if (MinimumTcbDate is { } day)
        {
            rules.Add(new PolicyRuleResult(
                "minimum_tcb_date",
                claims.PlatformTcbDate is { } date && DateOnly.FromDateTime(date.UtcDateTime) >= day,
                string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd} or later"),
                Day(claims.PlatformTcbDate) ?? "unknown"));
        }

        if (AllowedAdvisories is { } advisories)
        {
            rules.Add(new PolicyRuleResult(
                "allowed_advisories",
                claims.Advisories.All(advisories.Contains),
                advisories.Count == 0 ? "none" : "none but " + string.Join(", ", advisories),
                claims.Advisories.Count == 0 ? "none" : string.Join(", ", claims.Advisories)));
        }

        return new PolicyVerdict(rules);
    }

    private PolicyRuleResult Status(PolicyClaims claims, DateTimeOffset now)
    {
        var expected = string.Join(" or ", TcbStatuses);
        var listed = TcbStatuses.Contains(claims.TcbStatus, StringComparer.Ordinal);
        if (OutOfDateGraceDays == 0 || TcbStatuses.Contains(PolicyReader.OutOfDate))
        {
            return new PolicyRuleResult("tcb_statuses", listed, expected, claims.TcbStatus);
        }

        var until = claims.TcbDate?.AddDays(OutOfDateGraceDays);
        var inGrace = claims.TcbStatus == PolicyReader.OutOfDate && now <= until;
        var date = Day(claims.TcbDate) ?? "an unknown date";
        return new PolicyRuleResult(
            "tcb_statuses",
            listed || inGrace,
            string.Create(CultureInfo.InvariantCulture, $"{expected}, or {PolicyReader.OutOfDate} within {OutOfDateGraceDays} days of its tcbDate"),
            claims.TcbStatus == PolicyReader.OutOfDate ? $"{claims.TcbStatus} with tcbDate {date}" : claims.TcbStatus);
    }

    private static string? Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static ReadOnlyMemory<byte> ValueOf(string register, PolicyClaims claims) => register switch
    {
        "mr_td" => claims.MrTd,
        "mr_seam" => claims.MrSeam,
        "mr_config_id" => claims.MrConfigId,
        _ => claims.Rtmrs[register[^1] - '0'],
    };
}
