using System.Text.Json;

namespace TrustedServe.Functions.Tests.Signals;

/// <summary>
/// What KEDA documents of its metrics-api scaler, and Kubernetes of external metrics: how documents of several endpoints become one
/// value, and how a value becomes a number of replicas.
/// </summary>
internal static class Keda
{
    public static readonly string[] Aggregations = ["average", "sum", "max", "min"];

    /// <summary>The value at a location; one that is no number is an error.</summary>
    public static double Value(JsonElement document, string location) => document.Number(location);

    /// <summary>The value of all endpoints; those that cannot be read (null) are left out.</summary>
    public static double Aggregate(IEnumerable<JsonElement?> documents, string location, string aggregation)
    {
        var values = documents.OfType<JsonElement>().Select(document => Value(document, location)).ToList();
        return aggregation switch
        {
            "average" => values.Average(),
            "sum" => values.Sum(),
            "max" => values.Max(),
            _ => values.Min(),
        };
    }

    /// <summary>
    /// How many replicas are wanted: with AverageValue the value divided by the target, with Value as many times those that there are as the
    /// value is of the target; both rounded up.
    /// </summary>
    /// <param name="documents">What the endpoints say.</param>
    /// <param name="location">valueLocation.</param>
    /// <param name="aggregation">aggregationType; null to read the first alone.</param>
    /// <param name="target">targetValue.</param>
    /// <param name="current">Replicas that there are.</param>
    /// <param name="isValue">Whether metricType is Value instead of AverageValue.</param>
    public static int Replicas(IReadOnlyList<JsonElement?> documents, string location, string? aggregation, double target, int current, bool isValue = false)
    {
        var value = aggregation is null ? Value(documents[0]!.Value, location) : Aggregate(documents, location, aggregation);
        return (int)Math.Ceiling(isValue ? current * value / target : value / target);
    }
}
