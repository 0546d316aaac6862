using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Attestation.Tdx.Policies;

/// <summary>Reads a policy and collects every problem before it refuses.</summary>
internal sealed partial class PolicyReader(PolicyUse use, string folder)
{
    /// <summary>Largest file: 1 MiB, some thousand values.</summary>
    public const int MaxLength = 1 << 20;

    public const string OutOfDate = "OutOfDate";

    private const int MaxItems = 1000;
    private const int MaxProblems = 50;
    private const int MaxGraceDays = 730;

    private static readonly string[] Statuses =
    [
        "UpToDate", "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "TDRelaunchAdvised",
        "TDRelaunchAdvisedConfigurationNeeded", OutOfDate, "OutOfDateConfigurationNeeded",
    ];

    private static readonly string[] RegisterNames = ["mr_td", "rtmr_0", "rtmr_1", "rtmr_2", "rtmr_3", "mr_config_id", "mr_seam"];
    private static readonly string[] Pinned = ["mr_td", "rtmr_0", "rtmr_1", "rtmr_2", "mr_config_id"];

    private static readonly string[] Members =
        ["tcb_statuses", "out_of_date_grace_days", "insecure_allow_debug", "minimum_evaluation_data_number", "minimum_tcb_date", "allowed_advisories", "init_data", .. RegisterNames];

    private readonly List<string> problems = [];
    private bool unpinned;

    public IEnumerable<string> Problems => problems.Take(MaxProblems);

    /// <summary>TSF3341 when pins are all that is missing, else TSF3340.</summary>
    public TsfException Refusal() => (unpinned && problems.Count == 1 ? TsfErrors.UnpinnedAttestationPolicy : TsfErrors.InvalidAttestationPolicy)
        .With(string.Join(' ', Problems) + (problems.Count > MaxProblems ? $" And {problems.Count - MaxProblems} more problems." : ""));

    public AttestationPolicy? ReadFile(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxLength)
        {
            Problem("$", $"the file is larger than {MaxLength} bytes");
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = StrictJson.MaxDepth, AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && !(root.TryGetProperty("formatVersion", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == 1))
            {
                Problem("$.formatVersion", "must be 1");
            }

            return ReadObject(root, "$", ["formatVersion", "$schema", .. Members]);
        }
        catch (JsonException exception)
        {
            Problem("$", $"not JSON, or a member stands twice (line {exception.LineNumber + 1 ?? 0})");
            return null;
        }
        catch (InvalidOperationException)
        {
            NotUnicode("$");
            return null;
        }
    }

    public AttestationPolicy? ReadPart(JsonElement element, string place) => ReadObject(element, place, Members);

    private AttestationPolicy? ReadObject(JsonElement root, string place, string[] members)
    {
        try
        {
            return ReadMembers(root, place, members);
        }
        catch (InvalidOperationException)
        {
            NotUnicode(place);
            return null;
        }
    }

    private AttestationPolicy? ReadMembers(JsonElement root, string place, string[] members)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            Problem(place, "must be an object");
            return null;
        }

        foreach (var member in root.EnumerateObject().Where(member => !members.Contains(member.Name)))
        {
            Problem($"{place}.{Shown(member.Name)}", "is not a member of a policy");
        }

        var registers = new List<KeyValuePair<string, IReadOnlyList<AllowedValue>>>();
        foreach (var name in RegisterNames)
        {
            var values = Texts(root, place, name)?.Select(text => Value(text, name, $"{place}.{name}")).OfType<AllowedValue>();
            if (name == "mr_config_id" && Texts(root, place, "init_data") is { } files)
            {
                values = [.. values ?? [], .. files.Select(file => Document(file, $"{place}.init_data")).OfType<AllowedValue>()];
            }

            if (values?.ToList() is { Count: > 0 } list)
            {
                registers.Add(new(name, list));
            }
        }

        var policy = new AttestationPolicy
        {
            TcbStatuses = Texts(root, place, "tcb_statuses") is { } statuses ? [.. statuses.Where(status => Known(status, $"{place}.tcb_statuses"))] : ["UpToDate"],
            OutOfDateGraceDays = Number(root, place, "out_of_date_grace_days", MaxGraceDays) ?? 0,
            InsecureAllowDebug = Flag(root, place, "insecure_allow_debug"),
            MinimumEvaluationDataNumber = Number(root, place, "minimum_evaluation_data_number", int.MaxValue),
            MinimumTcbDate = Date(root, place, "minimum_tcb_date"),
            AllowedAdvisories = Texts(root, place, "allowed_advisories", mayBeEmpty: true) is { } advisories ? [.. advisories.Where(name => Advisory(name, $"{place}.allowed_advisories"))] : null,
            Registers = registers,
        };
        RequirePins(root, place);
        return problems.Count == 0 ? policy : null;
    }

    /// <summary>A quote names the guest, only initdata names the container: a key is not released on less.</summary>
    private void RequirePins(JsonElement root, string place)
    {
        if (use != PolicyUse.KeyRelease)
        {
            return;
        }

        var missing = Pinned.Where(name => !root.TryGetProperty(name, out _) && !(name == "mr_config_id" && root.TryGetProperty("init_data", out _))).ToList();
        if (missing.Count > 0)
        {
            unpinned = true;
            Problem(place, $"a policy that releases keys must state {string.Join(", ", missing.Select(name => name == "mr_config_id" ? "mr_config_id or init_data" : name))}");
        }
    }

    private AllowedValue? Value(string text, string name, string place)
    {
        if (!RegisterForm().IsMatch(text))
        {
            Problem(place, $"'{Shown(text)}' is not 96 hex digits");
            return null;
        }

        if (!text.AsSpan().ContainsAnyExcept('0') && WhyZerosPinNothing(name) is { } why)
        {
            Problem(place, why);
            return null;
        }

        return new AllowedValue(text.ToLowerInvariant());
    }

    /// <summary>Zeros in what a key is released on are no measurement, but the lack of one; a boot may well leave RTMR3 at zeros.</summary>
    private static string? WhyZerosPinNothing(string register) => register switch
    {
        "mr_config_id" => "all zeros is what every guest without initdata has",
        "mr_td" => "all zeros is no measurement: nothing of the guest was measured as it was built",
        "rtmr_0" or "rtmr_1" or "rtmr_2" => "all zeros is a register that was never extended: nothing of the boot was measured into it",
        _ => null,
    };

    private AllowedValue? Document(string name, string place)
    {
        if (Path.IsPathRooted(name) || name.Split('/', '\\').Contains(".."))
        {
            Problem(place, $"'{Shown(name)}' must be a path below the policy's folder");
            return null;
        }

        try
        {
            using var file = new FileStream(Path.Combine(folder, name), new FileStreamOptions { BufferSize = 0 });
            var bytes = new byte[Math.Min(file.Length, InitDataDocument.MaxLength + 1)];
            file.ReadExactly(bytes);
            return new AllowedValue(Convert.ToHexStringLower(InitDataDocument.Parse(bytes).MrConfigId.Span), name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Problem(place, $"'{Shown(name)}' cannot be read");
        }
        catch (TsfException exception)
        {
            Problem(place, $"'{Shown(name)}': {exception.Message.TrimEnd('.')}");
        }

        return null;
    }

    private bool Known(string status, string place) => Check(
        Statuses.Contains(status, StringComparer.Ordinal),
        place,
        status == "Revoked" ? "'Revoked' can never be accepted" : $"'{Shown(status)}' is not one of {string.Join(", ", Statuses)}");

    private bool Advisory(string name, string place) => Check(AdvisoryForm().IsMatch(name), place, $"'{Shown(name)}' is not of the form INTEL-SA-00000");

    private List<string>? Texts(JsonElement root, string place, string name, bool mayBeEmpty = false)
    {
        if (!root.TryGetProperty(name, out var list))
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxItems || (list.GetArrayLength() == 0 && !mayBeEmpty) || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            Problem($"{place}.{name}", $"must be a list of {(mayBeEmpty ? 0 : 1)} to {MaxItems} texts");
            return [];
        }

        var texts = list.EnumerateArray().Select(item => item.GetString()!).ToList();
        Check(texts.Distinct(StringComparer.OrdinalIgnoreCase).Count() == texts.Count, $"{place}.{name}", "names something twice");
        return texts;
    }

    private int? Number(JsonElement root, string place, string name, int most)
    {
        if (!root.TryGetProperty(name, out var value))
        {
            return null;
        }

        var number = -1;
        var right = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number) && number >= 0 && number <= most;
        return Check(right, $"{place}.{name}", $"must be a whole number from 0 to {most}") ? number : null;
    }

    private DateOnly? Date(JsonElement root, string place, string name)
    {
        if (!root.TryGetProperty(name, out var value))
        {
            return null;
        }

        var date = default(DateOnly);
        var right = value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
        return Check(right, $"{place}.{name}", "must be a day like 2024-11-13") ? date : null;
    }

    private bool Flag(JsonElement root, string place, string name) =>
        root.TryGetProperty(name, out var value)
        && Check(value.ValueKind is JsonValueKind.True or JsonValueKind.False, $"{place}.{name}", "must be true or false")
        && value.GetBoolean();

    private bool Check(bool right, string place, string what)
    {
        if (!right)
        {
            Problem(place, what);
        }

        return right;
    }

    /// <summary>What the JSON reader's InvalidOperationException means: wrong bytes, or half of a surrogate pair, in a text or a name.</summary>
    private void NotUnicode(string place) => Problem(place, "a text in it is not valid Unicode");

    private void Problem(string place, string what) => problems.Add($"{place}: {what}.");

    private static string Shown(string text) => new([.. text.Take(64).Select(character => char.IsControl(character) ? '·' : character)]);

    [GeneratedRegex(@"^[0-9a-fA-F]{96}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegisterForm();

    [GeneratedRegex(@"^INTEL-(SA|DOC)-[0-9]{5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex AdvisoryForm();
}
