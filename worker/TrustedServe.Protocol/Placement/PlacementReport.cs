using System.Text.Json;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Placement;

/// <summary>A worker's placement, planned against actual, as it travels in the metadata of its model: a JSON array with one entry a worker.</summary>
public sealed record PlacementReport
{
    /// <summary>Name of the property.</summary>
    public const string Property = "placement";

    // A worker of many cores needs some kilobytes.
    private const int MaxLength = 1 << 20;

    /// <summary>The worker's NUMA node; null when its cores are of several.</summary>
    public int? Node { get; init; }

    /// <summary>The node that its memory was planned on; null where there is no choice.</summary>
    public int? MemoryNode { get; init; }

    /// <summary>The cores of the process, as the kernel writes lists.</summary>
    public required string Cores { get; init; }

    /// <summary>The cores of each lane as planned.</summary>
    public required IReadOnlyList<string> Lanes { get; init; }

    /// <summary>The cores that each lane's threads may run on, as the kernel says: its own, and those of the engine where it has several cores; empty text without an answer.</summary>
    public required IReadOnlyList<string> ActualLanes { get; init; }

    /// <summary>What the lanes are planned for.</summary>
    public required PlacementMode Mode { get; init; }

    /// <summary>Why they are as they are.</summary>
    public required string Reason { get; init; }

    /// <summary>The kernel's answer to pinning: <c>ok</c>, or the first error.</summary>
    public required string Affinity { get; init; }

    /// <summary>The kernel's answer to the memory policy: <c>ok</c>, or the first error.</summary>
    public required string MemoryPolicy { get; init; }

    /// <summary>On which nodes the weights lie, and once they are prepacked the memory that the worker has of its own; null when not asked.</summary>
    public string? Weights { get; init; }

    /// <summary>Which of the instructions that the engine's kernels are written for the processor has.</summary>
    public IReadOnlyList<string> Instructions { get; init; } = [];

    /// <summary>Puts a plan beside what became of it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="lanes">What each lane's thread was answered.</param>
    /// <param name="helpers">The cores of the engine's threads of each lane; fewer entries mean none.</param>
    /// <param name="memory">What the threads that write the model's memory were answered: lanes write little and ask for no node.</param>
    /// <param name="weights">Where the weights lie; null when not asked.</param>
    /// <param name="instructions">What the processor can do.</param>
    public static PlacementReport Of(
        WorkerPlan plan, IReadOnlyList<AppliedPlacement> lanes, IReadOnlyList<IReadOnlyList<int>> helpers, SystemCallResult memory, PageNodes? weights, InstructionSets instructions)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(lanes);
        ArgumentNullException.ThrowIfNull(helpers);
        ArgumentNullException.ThrowIfNull(instructions);
        return new PlacementReport
        {
            Node = plan.Node,
            MemoryNode = plan.MemoryNode,
            Cores = CpuList.Format(plan.Cores),
            Lanes = [.. plan.Lanes.Select(lane => CpuList.Format(lane.Cores))],
            ActualLanes = Actual(lanes, helpers),
            Mode = plan.Mode,
            Reason = plan.Reason,
            Affinity = (lanes.FirstOrDefault(lane => !lane.Affinity.Succeeded)?.Affinity ?? SystemCallResult.Ok).ToString(),
            MemoryPolicy = memory.ToString(),
            Weights = weights?.ToString(),
            Instructions = [.. instructions.Names()],
        };
    }

    /// <summary>The property's text for one worker.</summary>
    public string ToProperty() => JsonSerializer.Serialize<PlacementReport[]>([this], StrictJson.Compact);

    /// <summary>Reads the property.</summary>
    /// <returns>The workers; empty when the text is missing or no such list.</returns>
    public static IReadOnlyList<PlacementReport> Parse(string? text)
    {
        if (text is null || text.Length > MaxLength)
        {
            return [];
        }

        try
        {
            // An array may hold nulls, whatever its type says.
            var reports = JsonSerializer.Deserialize<PlacementReport[]>(text, StrictJson.Compact) ?? [];
            return reports.Any(report => report is null || report.Lanes.Concat(report.ActualLanes).Any(lane => lane is null)) ? [] : reports;
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>One property out of those of several workers.</summary>
    public static string Merge(IEnumerable<string?> properties) => JsonSerializer.Serialize(properties.SelectMany(Parse), StrictJson.Compact);

    private static List<string> Actual(IReadOnlyList<AppliedPlacement> lanes, IReadOnlyList<IReadOnlyList<int>> helpers)
    {
        var actual = new List<string>();
        for (var lane = 0; lane < lanes.Count; lane++)
        {
            var cores = new List<int>(lanes[lane].ActualCores);
            cores.AddRange(lane < helpers.Count ? helpers[lane] : []);
            actual.Add(CpuList.Format(cores));
        }

        return actual;
    }
}
