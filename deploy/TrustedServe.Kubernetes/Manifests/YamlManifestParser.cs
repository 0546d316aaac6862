using System.Text.Json.Nodes;
using TrustedServe.Protocol.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>
/// YAML to JSON values with places. Aliases are refused: nine lines of them can stand for a billion values, and manifests that
/// people send each other have none.
/// </summary>
internal static class YamlManifestParser
{
    private const string Core = "tag:yaml.org,2002:";

    /// <summary>Reads every document.</summary>
    /// <exception cref="TsfException">TSF7020.</exception>
    public static List<(JsonNode? Value, PositionNode Position)> Parse(string text, ReadContext context)
    {
        var documents = new List<(JsonNode?, PositionNode)>();
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            while (parser.TryConsume<DocumentStart>(out var start))
            {
                context.CountDocument((int)start.Start.Line, (int)start.Start.Column);
                documents.Add(Value(parser, context, depth: 1));
                parser.Consume<DocumentEnd>();
            }

            parser.Consume<StreamEnd>();
            return documents;
        }
        catch (YamlException exception)
        {
            var hint = text.Contains("{{", StringComparison.Ordinal) ? "; '{{' looks like a template that was not rendered" : "";
            throw context.Refuse(exception.Start.Line, exception.Start.Column, $"not YAML ({ReadContext.Shown(exception.Message)}){hint}", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The parser's own slips on texts that are no YAML, for example text behind a document's end, or a tag that is no URI.
            throw context.Refuse(parser.Current?.End.Line ?? 1, parser.Current?.End.Column ?? 1, "not YAML behind this place", exception);
        }
    }

    private static (JsonNode? Value, PositionNode Position) Value(Parser parser, ReadContext context, int depth)
    {
        var next = parser.Consume<ParsingEvent>();
        var (line, column) = ((int)next.Start.Line, (int)next.Start.Column);
        context.CountValue(depth, line, column);
        return next switch
        {
            Scalar scalar => (Resolve(scalar, context), new PositionNode(line, column)),
            MappingStart mapping => Mapping(mapping, parser, context, depth),
            SequenceStart sequence => Sequence(sequence, parser, context, depth),
            AnchorAlias => throw context.Refuse(line, column, "aliases are not read; write the value out"),
            _ => throw context.Refuse(line, column, "a value must stand here"),
        };
    }

    private static (JsonNode? Value, PositionNode Position) Mapping(MappingStart start, Parser parser, ReadContext context, int depth)
    {
        Require(start, "map", context);
        var members = new JsonObject();
        var places = new Dictionary<string, PositionNode>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<ParsingEvent>();
            var (line, column) = (key.Start.Line, key.Start.Column);
            var name = key is Scalar scalar ? Name(scalar, context) : throw context.Refuse(line, column, "a member's name must be a text");
            context.CheckName(name, line, column);
            var (value, place) = Value(parser, context, depth + 1);
            if (!places.TryAdd(name, place.Named((int)line, (int)column)))
            {
                throw context.Refuse(line, column, $"'{ReadContext.Shown(name)}' stands twice in one object");
            }

            members.Add(name, value);
        }

        return (members, new PositionNode((int)start.Start.Line, (int)start.Start.Column) { Members = places });
    }

    private static (JsonNode? Value, PositionNode Position) Sequence(SequenceStart start, Parser parser, ReadContext context, int depth)
    {
        Require(start, "seq", context);
        var items = new JsonArray();
        var places = new List<PositionNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            var (value, place) = Value(parser, context, depth + 1);
            items.Add(value);
            places.Add(place);
        }

        return (items, new PositionNode((int)start.Start.Line, (int)start.Start.Column) { Items = places });
    }

    /// <summary>Names are texts in JSON; one that is a number or truth value is its JSON text, as Kubernetes reads it.</summary>
    private static string Name(Scalar scalar, ReadContext context) => Resolve(scalar, context) switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.ToJsonString() == scalar.Value => scalar.Value,
        _ => throw context.Refuse(scalar.Start.Line, scalar.Start.Column, $"the name '{ReadContext.Shown(scalar.Value)}' is no text; put it in quotes"),
    };

    private static JsonNode? Resolve(Scalar scalar, ReadContext context)
    {
        try
        {
            return scalar.Tag.IsEmpty
                ? scalar.Style == ScalarStyle.Plain ? PlainScalar.Resolve(scalar.Value) : JsonValue.Create(scalar.Value)
                : Tagged(scalar, context);
        }
        catch (FormatException exception)
        {
            throw context.Refuse(scalar.Start.Line, scalar.Start.Column, exception.Message);
        }
    }

    private static JsonNode? Tagged(Scalar scalar, ReadContext context)
    {
        var tag = scalar.Tag.IsNonSpecific ? Core + "str" : scalar.Tag.Value;
        return tag switch
        {
            Core + "str" => JsonValue.Create(scalar.Value),
            Core + "int" or Core + "float" => PlainScalar.Number(scalar.Value),
            Core + "bool" when PlainScalar.Resolve(scalar.Value) is JsonValue value && value.TryGetValue<bool>(out _) => value,
            Core + "null" when PlainScalar.Resolve(scalar.Value) is null => null,
            _ => throw context.Refuse(scalar.Start.Line, scalar.Start.Column, $"the tag '{ReadContext.Shown(tag)}' does not fit its value, or is not read"),
        };
    }

    private static void Require(NodeEvent start, string kind, ReadContext context)
    {
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific && start.Tag.Value != Core + kind)
        {
            throw context.Refuse(start.Start.Line, start.Start.Column, $"the tag '{ReadContext.Shown(start.Tag.Value)}' is not read");
        }
    }
}
