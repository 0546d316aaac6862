using System.Text;
using TrustedServe.Protocol.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TrustedServe.Kubernetes.Description.Yaml;

/// <summary>
/// Reads a document from anyone: bounded in bytes, parts and depth, one document, without anchors, aliases and tags, so that its
/// size is what it looks like.
/// </summary>
internal static class YamlDocument
{
    /// <summary>Largest document: 64 KiB, some thousand lines.</summary>
    public const int MaxBytes = 64 << 10;

    private const int MaxDepth = 12;
    private const int MaxNodes = 8_192;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="problems">Gets keys that stand twice.</param>
    /// <exception cref="TsfException">TSF7000 with the place.</exception>
    public static YamlNode Parse(ReadOnlySpan<byte> utf8, string file, DescriptionProblems problems)
    {
        if (utf8.Length > MaxBytes)
        {
            throw TsfErrors.DescriptionUnreadable.With($"{file} has {utf8.Length} bytes; at most {MaxBytes} are read.");
        }

        try
        {
            var parser = new Parser(new Scanner(new StringReader(StrictUtf8.GetString(utf8))));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                throw TsfErrors.DescriptionUnreadable.With($"{file} is empty.");
            }

            parser.Consume<DocumentStart>();
            var left = MaxNodes;
            var root = Read(parser, file, problems, "", depth: 0, ref left);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _) ? root : throw Refused(file, parser.Current!.End, "a second document begins; one is read");
        }
        catch (DecoderFallbackException)
        {
            throw TsfErrors.DescriptionUnreadable.With($"{file} is not UTF-8.");
        }
        catch (YamlException exception)
        {
            // The parser's own text does not quote values, only its tokens.
            throw Refused(file, exception.Start, exception.Message);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The parser's own slips on documents that are no YAML.
            throw TsfErrors.DescriptionUnreadable.With($"{file} is not YAML.", exception);
        }
    }

    private static YamlNode Read(Parser parser, string file, DescriptionProblems problems, string path, int depth, ref int left)
    {
        var next = parser.Consume<ParsingEvent>();
        var place = new YamlPlace(next.Start.Line, next.Start.Column);
        if (next is AnchorAlias || next is NodeEvent { Anchor.IsEmpty: false })
        {
            throw Refused(file, next.Start, "anchors and aliases are not read");
        }

        if (next is NodeEvent { Tag.IsEmpty: false })
        {
            throw Refused(file, next.Start, "tags are not read");
        }

        if (depth > MaxDepth || --left < 0)
        {
            throw Refused(file, next.Start, depth > MaxDepth ? $"deeper than {MaxDepth} levels" : $"more than {MaxNodes} parts");
        }

        switch (next)
        {
            case Scalar scalar:
                return new YamlScalar(scalar.Value, scalar.Style is ScalarStyle.Plain, place);
            case SequenceStart:
                var items = new List<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    items.Add(Read(parser, file, problems, $"{path}[{items.Count}]", depth + 1, ref left));
                }

                return new YamlList(items, place);
            case MappingStart:
                return ReadMap(parser, file, problems, path, depth, ref left, place);
            default:
                throw Refused(file, next.Start, "a value, a list or a mapping must stand here");
        }
    }

    private static YamlMap ReadMap(Parser parser, string file, DescriptionProblems problems, string path, int depth, ref int left, YamlPlace place)
    {
        var members = new List<KeyValuePair<YamlScalar, YamlNode>>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var start = parser.Current?.Start ?? Mark.Empty;
            if (Read(parser, file, problems, path, depth + 1, ref left) is not YamlScalar key)
            {
                throw Refused(file, start, "a key must be a text");
            }

            var name = DescriptionProblems.Join(path, key.Text);
            var value = Read(parser, file, problems, name, depth + 1, ref left);
            if (names.Add(key.Text))
            {
                members.Add(new(key, value));
            }
            else
            {
                problems.Add(key.Place, name, null, "stands there twice");
            }
        }

        return new YamlMap(members, place);
    }

    private static TsfException Refused(string file, Mark mark, string what) =>
        TsfErrors.DescriptionUnreadable.With($"{file}:{mark.Line}:{mark.Column}: {what.TrimEnd('.')}.");
}
