using System.Globalization;
using System.Text.Json;

namespace TrustedServe.Cli.Hosting;

/// <summary>One line of a child's JSON log.</summary>
/// <param name="Id">Event id; 0 for a line that is not JSON.</param>
/// <param name="Level">Log level by name.</param>
/// <param name="Message">The message.</param>
/// <param name="Values">The named parameters as text.</param>
internal sealed record LogEvent(int Id, string Level, string Message, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The line as it was printed.</summary>
    public string Raw { get; private init; } = "";

    /// <summary>A parameter, or the empty string.</summary>
    public string this[string name] => Values.GetValueOrDefault(name, "");

    /// <summary>Reads a line; anything that is not a JSON log line becomes an event of its own text.</summary>
    public static LogEvent Parse(string line)
    {
        if (line.StartsWith('{'))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                var root = document.RootElement;
                if (root.TryGetProperty("EventId", out var id) && id.TryGetInt32(out var number))
                {
                    var values = new Dictionary<string, string>(StringComparer.Ordinal);
                    if (root.TryGetProperty("State", out var state) && state.ValueKind == JsonValueKind.Object)
                    {
                        foreach (var member in state.EnumerateObject())
                        {
                            values[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
                        }
                    }

                    return new LogEvent(number, Text(root, "LogLevel"), Text(root, "Message"), values) { Raw = line };
                }
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                // Not a log line of ours, or text in it is not Unicode: shown as it is.
            }
        }

        return new LogEvent(0, "Information", line, new Dictionary<string, string>()) { Raw = line };
    }

    /// <summary>A numeric parameter, or 0.</summary>
    public double Number(string name) =>
        double.TryParse(this[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
