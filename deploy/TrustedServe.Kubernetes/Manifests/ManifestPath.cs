using System.Globalization;
using System.Text;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>A path inside an object, written as <c>spec.containers[0].image</c> or <c>metadata.annotations['a.b/c']</c>.</summary>
public sealed class ManifestPath
{
    private readonly ManifestPath? parent;
    private readonly ManifestStep step;

    private ManifestPath(ManifestPath? parent, ManifestStep step) => (this.parent, this.step) = (parent, step);

    /// <summary>The object itself.</summary>
    public static ManifestPath Root { get; } = new(null, default);

    /// <summary>The steps from the object to the part.</summary>
    public IReadOnlyList<ManifestStep> Steps
    {
        get
        {
            var steps = new List<ManifestStep>();
            for (var at = this; at.parent is not null; at = at.parent)
            {
                steps.Add(at.step);
            }

            steps.Reverse();
            return steps;
        }
    }

    /// <summary>Reads a path as <see cref="ToString"/> writes it.</summary>
    /// <exception cref="FormatException">When it is none.</exception>
    public static ManifestPath Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var result = Root;
        for (var at = 0; at < path.Length;)
        {
            if (path[at] == '[' && path.AsSpan(at).StartsWith("['", StringComparison.Ordinal))
            {
                var name = new StringBuilder();
                for (at += 2; ; at++)
                {
                    if (at >= path.Length)
                    {
                        throw new FormatException($"'{path}' is not a path: a quoted name has no end.");
                    }

                    if (path[at] == '\'' && path.AsSpan(at).StartsWith("''", StringComparison.Ordinal))
                    {
                        at++;
                    }
                    else if (path[at] == '\'')
                    {
                        break;
                    }

                    name.Append(path[at]);
                }

                at = at + 1 < path.Length && path[at + 1] == ']' ? at + 2 : throw new FormatException($"'{path}' is not a path: ] is missing after a quoted name.");
                result = result.Member(name.ToString());
            }
            else if (path[at] == '[')
            {
                var end = path.IndexOf(']', at);
                result = end > 0 && int.TryParse(path.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    ? result.Item(index)
                    : throw new FormatException($"'{path}' is not a path: a number and ] must follow [.");
                at = end + 1;
            }
            else
            {
                at += path[at] == '.' && at > 0 ? 1 : 0;
                var length = path.AsSpan(at).IndexOfAny('.', '[');
                length = length < 0 ? path.Length - at : length;
                result = length > 0 ? result.Member(path.Substring(at, length)) : throw new FormatException($"'{path}' is not a path: a name is missing.");
                at += length;
            }
        }

        return result;
    }

    /// <summary>The path of a member of this part.</summary>
    public ManifestPath Member(string name) => new(this, new(name, 0));

    /// <summary>The path of an item of this part.</summary>
    public ManifestPath Item(int index) => new(this, new(null, index));

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in Steps)
        {
            if (name is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            }
            else if (name.Length > 0 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
            {
                text.Append(text.Length > 0 ? "." : "").Append(name);
            }
            else
            {
                text.Append("['").Append(name.Replace("'", "''", StringComparison.Ordinal)).Append("']");
            }
        }

        return text.ToString();
    }
}
