using System.Text.Json.Serialization;

namespace TrustedServe.Packaging.Manifests;

/// <summary>What the worker does before and after the graph.</summary>
public enum ModelTask
{
    /// <summary>Nothing: callers send and receive the graph's own tensors.</summary>
    [JsonStringEnumMemberName("tensor")]
    Tensor,

    /// <summary>Text in; WordPiece tokens, the graph, softmax; labels and scores out.</summary>
    [JsonStringEnumMemberName("text-classification")]
    TextClassification,

    /// <summary>A small grid of numbers in; the graph, softmax; labels and scores out.</summary>
    [JsonStringEnumMemberName("image-classification")]
    ImageClassification,
}
