using System.Globalization;
using System.Text;
using System.Xml;

namespace TrustedServe.Cli.Bench.Drawing;

/// <summary>Lines, boxes and text as SVG: well-formed whatever the text is, the same on every machine, and without script.</summary>
internal sealed class SvgCanvas : IDisposable
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private readonly StringBuilder text = new();
    private readonly XmlWriter writer;

    /// <summary>An empty picture.</summary>
    public SvgCanvas(int width, int height, string title)
    {
        writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, CheckCharacters = true });
        writer.WriteStartElement("svg", Namespace);
        Attribute("viewBox", $"0 0 {width} {height}");
        Attribute("width", $"{width}");
        Attribute("height", $"{height}");
        Attribute("font-family", "sans-serif");
        Attribute("font-size", "12");
        writer.WriteElementString("title", Namespace, Clean(title));
        Box(0, 0, width, height, "#ffffff");
        Text(20, 26, title, size: 16);
    }

    /// <summary>A filled box.</summary>
    public void Box(double x, double y, double width, double height, string colour)
    {
        writer.WriteStartElement("rect", Namespace);
        Numbers(("x", x), ("y", y), ("width", Math.Max(0, width)), ("height", Math.Max(0, height)));
        Attribute("fill", colour);
        writer.WriteEndElement();
    }

    /// <summary>A straight line.</summary>
    public void Line(double x1, double y1, double x2, double y2, string colour)
    {
        writer.WriteStartElement("line", Namespace);
        Numbers(("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));
        Attribute("stroke", colour);
        writer.WriteEndElement();
    }

    /// <summary>A line through points.</summary>
    public void Curve(IEnumerable<(double X, double Y)> points, string colour)
    {
        writer.WriteStartElement("polyline", Namespace);
        Attribute("points", string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}")));
        Attribute("fill", "none");
        Attribute("stroke", colour);
        Attribute("stroke-width", "2");
        writer.WriteEndElement();
    }

    /// <summary>Text whose baseline begins, or with <paramref name="anchor"/> ends or has its middle, at a place.</summary>
    public void Text(double x, double y, string content, string anchor = "start", int size = 12)
    {
        writer.WriteStartElement("text", Namespace);
        Numbers(("x", x), ("y", y));
        Attribute("text-anchor", anchor);
        Attribute("font-size", $"{size}");
        writer.WriteString(Clean(content));
        writer.WriteEndElement();
    }

    /// <summary>The finished picture.</summary>
    public override string ToString()
    {
        if (writer.WriteState != WriteState.Closed)
        {
            writer.WriteEndElement();
            writer.Close();
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    /// <summary>A number as it is written, with a point, whatever the machine's language.</summary>
    public static string Number(double value) => (double.IsFinite(value) ? value : 0).ToString("0.##", CultureInfo.InvariantCulture);

    private void Numbers(params ReadOnlySpan<(string Name, double Value)> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            Attribute(name, Number(value));
        }
    }

    private void Attribute(string name, FormattableString value) => Attribute(name, value.ToString(CultureInfo.InvariantCulture));

    private void Attribute(string name, string value) => writer.WriteAttributeString(name, value);

    // Characters that XML cannot carry at all; names of models come from outside.
    private static string Clean(string content) => string.Concat(content.Select(character => XmlConvert.IsXmlChar(character) ? character : '?'));
}
