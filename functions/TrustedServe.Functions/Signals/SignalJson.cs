using System.Text.Json;

namespace TrustedServe.Functions.Signals;

/// <summary>The signals as JSON. Members that are not known are absent, never zero: a scaler then reports an error instead of acting on it.</summary>
internal static class SignalJson
{
    private const int SecondsDigits = 3;

    /// <summary>All models.</summary>
    public static void WriteAll(Utf8JsonWriter writer, SignalReport report)
    {
        writer.WriteStartObject();
        if (report is { QueueMessages: { } messages, OtherMessages: { } other })
        {
            var queue = report.Models.Aggregate(default(QueueFigures), (sum, model) => sum + model.Queue!.Value);
            writer.WriteStartObject("queue"u8);
            writer.WriteNumber("messages"u8, messages);
            writer.WriteNumber("otherMessages"u8, Whole(other));
            writer.WriteNumber("rows"u8, Whole(queue.Rows));
            writer.WriteNumber("seconds"u8, Seconds(queue.Seconds));
            writer.WriteEndObject();
        }

        WriteInstance(writer, report.Models.Aggregate(default(InstanceFigures), (sum, model) => sum + model.Instance), lanes: false);
        WriteRead(writer, report);
        writer.WriteStartObject("models"u8);
        foreach (var versions in report.Models.GroupBy(model => model.Key.Model))
        {
            writer.WritePropertyName(versions.Key);
            WriteModel(writer, report, [.. versions]);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>One model: the sum of its versions given.</summary>
    public static void WriteModel(Utf8JsonWriter writer, SignalReport report, IReadOnlyList<ModelSignals> versions)
    {
        writer.WriteStartObject();
        writer.WriteString("model"u8, versions[0].Key.Model);
        writer.WriteStartArray("versions"u8);
        foreach (var version in versions)
        {
            writer.WriteStringValue(version.Key.Version);
        }

        writer.WriteEndArray();
        if (report.QueueMessages is not null)
        {
            var queue = versions.Skip(1).Aggregate(versions[0].Queue!.Value, (sum, version) => sum + version.Queue!.Value);
            writer.WriteStartObject("queue"u8);
            writer.WriteNumber("messages"u8, Whole(queue.Messages));
            writer.WriteNumber("waitingMessages"u8, Whole(queue.WaitingMessages));
            writer.WriteNumber("rows"u8, Whole(queue.Rows));
            writer.WriteNumber("seconds"u8, Seconds(queue.Seconds));
            writer.WriteString("messagesAre"u8, queue.MessagesAreExact ? "exact"u8 : "estimate"u8);
            writer.WriteString("rowsAre"u8, queue.RowsAreExact ? "exact"u8 : "estimate"u8);
            writer.WriteEndObject();
        }

        WriteInstance(writer, versions.Aggregate(default(InstanceFigures), (sum, version) => sum + version.Instance), lanes: true);
        WriteRead(writer, report);
        if (versions is [{ Costs: var costs }])
        {
            writer.WriteStartObject("costs"u8);
            writer.WriteNumber("secondsPerRow"u8, costs.SecondsPerRow);
            writer.WriteString("secondsPerRowIs"u8, Name(costs.SecondsBasis));
            writer.WriteNumber("secondsPerMessage"u8, costs.SecondsPerMessage);
            writer.WriteNumber("bytesPerRow"u8, costs.BytesPerRow);
            writer.WriteString("bytesPerRowIs"u8, Name(costs.BytesBasis));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteInstance(Utf8JsonWriter writer, InstanceFigures instance, bool lanes)
    {
        writer.WriteStartObject("instance"u8);
        writer.WriteNumber("inFlight"u8, instance.InFlight);
        writer.WriteNumber("waiting"u8, instance.Waiting);
        writer.WriteNumber("queueSeconds"u8, Math.Round(instance.QueueSeconds, 6));
        if (lanes)
        {
            writer.WriteNumber("lanes"u8, instance.Lanes);
        }

        writer.WriteNumber("jobs"u8, instance.Jobs);
        writer.WriteNumber("rows"u8, Whole(instance.Rows));
        writer.WriteNumber("seconds"u8, Seconds(instance.Seconds));
        writer.WriteEndObject();
    }

    private static void WriteRead(Utf8JsonWriter writer, SignalReport report)
    {
        writer.WriteStartObject("queueRead"u8);
        writer.WriteString("state"u8, Name(report.State));
        if (report.AgeSeconds is { } age)
        {
            writer.WriteNumber("ageSeconds"u8, Seconds(age));
        }

        writer.WriteEndObject();
    }

    // Up: what is more than nothing must not look like nothing.
    private static long Whole(double value) => (long)Math.Ceiling(Math.Round(value, 6));

    private static double Seconds(double value) => Math.Round(value, SecondsDigits);

    private static string Name<T>(T value)
        where T : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();
}
