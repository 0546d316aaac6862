using System.Text.Json;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>Writes the protocol's inference response, data flat and row-major.</summary>
internal static class InferResponseWriter
{
    /// <summary>Writes a response.</summary>
    /// <param name="writer">An empty writer.</param>
    /// <param name="response">What the worker answered.</param>
    /// <param name="id">The caller's id, empty for none.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF4017 when an output has no JSON form; TSF0001 when the answer contradicts itself.</exception>
    public static void Write(Utf8JsonWriter writer, ModelInferResponse response, string id)
    {
        InferResponseCheck.Consistent(response);
        writer.WriteStartObject();
        writer.WriteString("model_name"u8, response.ModelName);
        writer.WriteString("model_version"u8, response.ModelVersion);
        if (id.Length > 0)
        {
            writer.WriteString("id"u8, id);
        }

        if (response.Parameters.Count > 0)
        {
            writer.WritePropertyName("parameters"u8);
            ParameterJson.Write(writer, response.Parameters);
        }

        writer.WriteStartArray("outputs"u8);
        for (var i = 0; i < response.Outputs.Count; i++)
        {
            var output = response.Outputs[i];
            writer.WriteStartObject();
            writer.WriteString("name"u8, output.Name);
            writer.WriteString("datatype"u8, output.Datatype);
            writer.WriteStartArray("shape"u8);
            foreach (var dimension in output.Shape)
            {
                writer.WriteNumberValue(dimension);
            }

            writer.WriteEndArray();
            if (output.Parameters.Count > 0)
            {
                writer.WritePropertyName("parameters"u8);
                ParameterJson.Write(writer, output.Parameters);
            }

            writer.WritePropertyName("data"u8);
            DatatypeNames.TryParse(output.Datatype, out var datatype);
            TensorJsonWriter.WriteFlat(writer, output.Name, datatype, response.RawOutputContents[i].Span);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
