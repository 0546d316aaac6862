using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.KeyBroker.Policies;

/// <summary>Reads a policy and collects every problem before it refuses.</summary>
internal sealed partial class PolicyParser(string folder)
{
    /// <summary>Largest policy file: 1 MiB, some ten thousand measurements.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxRules = 1000;
    private const int MaxProblems = 50;

    private readonly List<string> problems = [];

    public BrokerPolicy Parse(ReadOnlySpan<byte> utf8)
    {
        var rules = new List<BrokerRule>();
        if (utf8.Length > MaxBytes)
        {
            Problem("$", $"the file has {utf8.Length} bytes; at most {MaxBytes} are read");
        }
        else
        {
            try
            {
                using var document = JsonDocument.Parse(utf8.ToArray(), new JsonDocumentOptions { MaxDepth = StrictJson.MaxDepth, AllowDuplicateProperties = false });
                ReadPolicy(document.RootElement, rules);
            }
            catch (Exception exception) when (KbsJson.IsMalformed(exception))
            {
                var place = exception is JsonException { LineNumber: { } line } ? $" (line {line + 1})" : "";
                Problem("$", $"not JSON, or a member stands twice{place}");
            }
        }

        return problems.Count == 0
            ? new BrokerPolicy(rules)
            : throw TsfErrors.InvalidPolicy.With(string.Join(' ', problems.Take(MaxProblems)) + (problems.Count > MaxProblems ? $" And {problems.Count - MaxProblems} more problems." : ""));
    }

    private void ReadPolicy(JsonElement root, List<BrokerRule> rules)
    {
        if (!Object("$", root, ["formatVersion", "rules"]))
        {
            return;
        }

        if (!root.TryGetProperty("formatVersion", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != 1)
        {
            Problem("$.formatVersion", "must be 1");
        }

        if (!root.TryGetProperty("rules", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxRules)
        {
            Problem("$.rules", $"must be a list of at most {MaxRules} rules");
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var place = $"$.rules[{index++}]";
            if (ReadRule(place, item) is { } rule)
            {
                if (!names.Add(rule.Name))
                {
                    Problem($"{place}.name", "stands at another rule too");
                }

                rules.Add(rule);
            }
        }
    }

    private BrokerRule? ReadRule(string place, JsonElement item)
    {
        if (!Object(place, item, ["name", "resources", "insecure_simulated", "measurements", "insecure_any_measurement", "tdx"]))
        {
            return null;
        }

        var before = problems.Count;
        var name = KbsJson.Text(item, "name");
        if (name is null || !NameForm().IsMatch(name))
        {
            Problem($"{place}.name", "must be 1 to 64 of letters, digits, spaces and _ . -");
        }

        var resources = new List<ResourcePattern>();
        foreach (var text in Texts(place, item, "resources", required: true))
        {
            if (ResourcePattern.TryParse(text) is { } pattern)
            {
                resources.Add(pattern);
            }
            else
            {
                Problem($"{place}.resources", "each must be repository/type/tag, with * for a whole segment only");
            }
        }

        var rule = item.TryGetProperty("tdx", out var tdx)
            ? ReadTdx(place, item, tdx, policy => BrokerRule.ForTdx(name!, resources, policy))
            : ReadSimulated(place, item, (measurements, any) => BrokerRule.InsecureForSimulated(name!, resources, measurements, any));
        return problems.Count == before ? rule : null;
    }

    /// <summary>A rule for hardware: it must name guest and container, and accepts nothing that anyone can make.</summary>
    private BrokerRule? ReadTdx(string place, JsonElement item, JsonElement tdx, Func<AttestationPolicy, BrokerRule> make)
    {
        if (Flag(place, item, "insecure_simulated"))
        {
            Problem($"{place}.tdx", "a rule with insecure_simulated accepts nothing else");
        }

        foreach (var member in (string[])["measurements", "insecure_any_measurement"])
        {
            if (item.TryGetProperty(member, out _))
            {
                Problem($"{place}.{member}", "has no meaning beside tdx, which has its own measurements");
            }
        }

        return AttestationPolicy.Read(tdx, PolicyUse.KeyRelease, folder, $"{place}.tdx", problems) is { } policy ? make(policy) : null;
    }

    private BrokerRule? ReadSimulated(string place, JsonElement item, Func<List<string>, bool, BrokerRule> make)
    {
        var before = problems.Count;
        if (!Flag(place, item, "insecure_simulated"))
        {
            Problem(place, "must have \"tdx\", or say \"insecure_simulated\": true: without a kind of evidence the rule could never hold");
        }

        var any = Flag(place, item, "insecure_any_measurement");
        var measurements = Texts(place, item, "measurements", required: !any);
        if (any && item.TryGetProperty("measurements", out _))
        {
            Problem($"{place}.measurements", "has no meaning beside insecure_any_measurement");
        }

        if (measurements.Exists(measurement => !MeasurementForm().IsMatch(measurement)))
        {
            Problem($"{place}.measurements", "each must be 96 lower-case hex digits");
        }

        return problems.Count == before ? make(measurements, any) : null;
    }

    private bool Object(string place, JsonElement value, string[] known)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Problem(place, "must be an object");
            return false;
        }

        foreach (var member in value.EnumerateObject())
        {
            // The name itself is not repeated: it may be anything, a lone surrogate included.
            if (!Array.Exists(known, member.NameEquals))
            {
                Problem(place, $"has a member that is not one of {string.Join(", ", known)}");
            }
        }

        return true;
    }

    private bool Flag(string place, JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var value))
        {
            return false;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Problem($"{place}.{name}", "must be true or false");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    private List<string> Texts(string place, JsonElement item, string name, bool required)
    {
        if (!item.TryGetProperty(name, out var value))
        {
            if (required)
            {
                Problem($"{place}.{name}", "is missing");
            }

            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            Problem($"{place}.{name}", "must be a list that is not empty");
            return [];
        }

        // What is not text becomes what no form accepts.
        return [.. value.EnumerateArray().Select(entry => KbsJson.Text(entry) ?? "")];
    }

    private void Problem(string place, string what) => problems.Add($"{place}: {what}.");

    [GeneratedRegex(@"\A[A-Za-z0-9_. -]{1,64}\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[0-9a-f]{96}\z")]
    private static partial Regex MeasurementForm();
}
