using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>What is read, and how much more of it may come.</summary>
internal sealed class ReadContext(string source)
{
    private int documents;
    private int values;

    /// <summary>Name of the text.</summary>
    public string Source => source;

    /// <summary>Counts a document.</summary>
    public void CountDocument(int line, int column)
    {
        if (++documents > ManifestReader.MaxDocuments)
        {
            throw Refuse(line, column, $"more than {ManifestReader.MaxDocuments} documents");
        }
    }

    /// <summary>Counts a value that stands <paramref name="depth"/> levels deep.</summary>
    public void CountValue(int depth, int line, int column)
    {
        if (depth > ManifestReader.MaxDepth)
        {
            throw Refuse(line, column, $"nested deeper than {ManifestReader.MaxDepth}");
        }

        if (++values > ManifestReader.MaxValues)
        {
            throw Refuse(line, column, $"more than {ManifestReader.MaxValues} values");
        }
    }

    /// <summary>Refuses a member's name that is longer than any that Kubernetes has: paths are made of names.</summary>
    public void CheckName(string name, long line, long column)
    {
        if (name.Length > ManifestReader.MaxNameLength)
        {
            throw Refuse(line, column, $"a name of {name.Length} characters; at most {ManifestReader.MaxNameLength} are read");
        }
    }

    /// <summary>The refusal at a place.</summary>
    public TsfException Refuse(PositionNode position, string what) => Refuse(position.Line, position.Column, what);

    /// <summary>The refusal at a place.</summary>
    public TsfException Refuse(long line, long column, string what, Exception? inner = null) =>
        TsfErrors.ManifestUnreadable.With(FormattableString.Invariant($"{source}:{line}:{column}: {what}."), inner);

    /// <summary>A piece of the text for a message: short, and on one line.</summary>
    public static string Shown(string text) => new([.. text.Take(60).Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '·' : character)]);
}
