using System.Globalization;
using System.Text;
using System.Text.Json;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Kubernetes.Simulation.Traces;

/// <summary>Reads a trace from a file that somebody recorded: bounded in size, and refused with the line that is wrong.</summary>
public static class TraceReader
{
    /// <summary>Largest file.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>Reads JSON (<c>[{"seconds":0,"perSecond":10},…]</c>) or CSV (<c>seconds,perSecond</c>, a header is allowed), told apart by the first character.</summary>
    /// <exception cref="TsfException">TSF7080.</exception>
    public static ArrivalTrace Read(string name, ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxBytes)
        {
            throw TsfErrors.InvalidTrace.With($"{name} has {file.Length} bytes; a trace has at most {MaxBytes}.");
        }

        var content = file.TrimStart(" \t\r\n\uFEFF"u8);
        return new ArrivalTrace(name, content.Length > 0 && content[0] is (byte)'[' or (byte)'{' ? Json(name, content) : Csv(name, content));
    }

    private static IReadOnlyList<TracePoint> Json(string name, ReadOnlySpan<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize<IReadOnlyList<TracePoint>>(content, StrictJson.Compact) ?? [];
        }
        catch (JsonException exception)
        {
            throw TsfErrors.InvalidTrace.With($"{name} is no list of points with 'seconds' and 'perSecond': {exception.Message}", exception);
        }
    }

    private static List<TracePoint> Csv(string name, ReadOnlySpan<byte> content)
    {
        var points = new List<TracePoint>();
        var number = 0;
        foreach (var range in content.Split((byte)'\n'))
        {
            var line = Encoding.UTF8.GetString(content[range]).Trim();
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            var comma = line.IndexOf(',', StringComparison.Ordinal);
            if (comma > 0 && Parse(line.AsSpan(0, comma)) is { } seconds && Parse(line.AsSpan(comma + 1)) is { } perSecond)
            {
                points.Add(new(seconds, perSecond));
            }
            else if (number > 1)
            {
                throw TsfErrors.InvalidTrace.With($"Line {number} of {name} is not two numbers with a comma between them: seconds,perSecond.");
            }

            if (points.Count > ArrivalTrace.MaxPoints)
            {
                throw TsfErrors.InvalidTrace.With($"{name} has more than {ArrivalTrace.MaxPoints} points.");
            }
        }

        return points;
    }

    private static double? Parse(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
