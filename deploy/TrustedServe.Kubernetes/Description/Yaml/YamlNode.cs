namespace TrustedServe.Kubernetes.Description.Yaml;

/// <summary>A part of a document, with where it stands.</summary>
internal abstract record YamlNode(YamlPlace Place)
{
    /// <summary>What it is, for people.</summary>
    public abstract string Kind { get; }
}

/// <summary>A value.</summary>
/// <param name="Text">Its text, escapes resolved.</param>
/// <param name="IsPlain">Whether it stands without quotation marks.</param>
/// <param name="Place">Where.</param>
internal sealed record YamlScalar(string Text, bool IsPlain, YamlPlace Place) : YamlNode(Place)
{
    /// <inheritdoc/>
    public override string Kind => "a value";

    /// <summary>Whether it is what YAML calls null: nothing at all is a frequent slip.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A list.</summary>
internal sealed record YamlList(IReadOnlyList<YamlNode> Items, YamlPlace Place) : YamlNode(Place)
{
    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>A mapping, in the order of the document; each key is there once.</summary>
internal sealed record YamlMap(IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Members, YamlPlace Place) : YamlNode(Place)
{
    /// <inheritdoc/>
    public override string Kind => "a mapping";
}
