using System.Text.Json;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>Reads one element; a static interface, so that the loop over a tensor is compiled for each datatype.</summary>
internal interface IElementParser<T>
{
    /// <summary>Reads the token that the reader stands at; false when it is of another kind or out of the datatype's range.</summary>
    static abstract bool TryParse(ref Utf8JsonReader reader, out T value);
}
