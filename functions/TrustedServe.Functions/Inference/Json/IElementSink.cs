using System.Text.Json;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>Takes the elements of a JSON tensor one by one. The caller never adds more than the sink was made for.</summary>
internal interface IElementSink
{
    /// <summary>Takes the token that the reader stands at; false when it is not an element of this datatype.</summary>
    bool TryAdd(ref Utf8JsonReader reader);
}
