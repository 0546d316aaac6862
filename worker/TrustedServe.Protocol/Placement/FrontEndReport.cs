using System.Text.Json;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Placement;

/// <summary>The front end's placement, planned against actual, as it travels in the metadata of the models that it serves: a JSON object.</summary>
public sealed record FrontEndReport
{
    /// <summary>Name of the property.</summary>
    public const string Property = "front_end";

    // A machine of many cores needs some hundred bytes.
    private const int MaxLength = 1 << 16;

    /// <summary>Its cores as planned, as the kernel writes lists.</summary>
    public required string Cores { get; init; }

    /// <summary>The cores that it may run on, as the kernel says; empty text without an answer.</summary>
    public required string ActualCores { get; init; }

    /// <summary>Whether workers run on them too; it is not kept to them then.</summary>
    public required bool IsShared { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The kernel's answer to pinning: <c>ok</c>, or the error.</summary>
    public required string Affinity { get; init; }

    /// <summary>Puts a plan beside what became of it.</summary>
    public static FrontEndReport Of(FrontEndPlan plan, AppliedPlacement applied)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(applied);
        return new FrontEndReport
        {
            Cores = CpuList.Format(plan.Cores),
            ActualCores = CpuList.Format(applied.ActualCores),
            IsShared = plan.IsShared,
            Reason = plan.Reason,
            Affinity = applied.Affinity.ToString(),
        };
    }

    /// <summary>The property's text.</summary>
    public string ToProperty() => JsonSerializer.Serialize(this, StrictJson.Compact);

    /// <summary>Reads the property; null when the text is missing or no such object.</summary>
    public static FrontEndReport? Parse(string? text)
    {
        try
        {
            return text is null || text.Length > MaxLength ? null : JsonSerializer.Deserialize<FrontEndReport>(text, StrictJson.Compact);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
