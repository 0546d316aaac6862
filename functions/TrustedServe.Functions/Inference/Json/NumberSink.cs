using System.Text.Json;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>Writes parsed elements straight into the tensor's raw bytes.</summary>
internal ref struct NumberSink<T, TParser>(Span<T> elements) : IElementSink
    where T : unmanaged
    where TParser : IElementParser<T>
{
    private readonly Span<T> elements = elements;
    private int count;

    /// <inheritdoc/>
    public bool TryAdd(ref Utf8JsonReader reader) => TParser.TryParse(ref reader, out elements[count++]);
}
