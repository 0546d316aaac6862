namespace TrustedServe.Packaging.Graphs;

/// <summary>Names from inside a graph as messages may show them: cut, and without characters that would draw on a terminal or break a log.</summary>
internal static class GraphText
{
    private const int MaxLength = 80;

    /// <summary>The name in quotes.</summary>
    public static string Quote(string name)
    {
        var cut = name.Length <= MaxLength ? name : name[..MaxLength] + "…";
        return $"'{string.Concat(cut.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) || char.GetUnicodeCategory(letter) == System.Globalization.UnicodeCategory.Format ? '?' : letter))}'";
    }

    /// <summary>What a node is called: its name, or its operator and first output.</summary>
    public static string Of(Onnx.NodeProto node) => node.Name.Length > 0
        ? $"{Quote(node.Name)} ({Quote(node.OpType)})"
        : $"{Quote(node.OpType)} that gives {Quote(node.Output.Count > 0 ? node.Output[0] : string.Empty)}";
}
