using Google.Protobuf;
using TrustedServe.Packaging.Files;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Graphs.Onnx;

/// <summary>ONNX models in files.</summary>
public static class OnnxFile
{
    // Protobuf's own bound for one message. What is larger has its weights beside it.
    private const long MaxBytes = int.MaxValue;

    // As deep as protobuf reads by default; real models nest a handful of levels.
    private const int MaxDepth = 100;

    /// <summary>Reads a model; external data are not touched.</summary>
    /// <exception cref="TsfException">TSF1030 for anything that is not an ONNX model with a graph; TSF0008.</exception>
    public static ModelProto Read(string path) => Read(path, MaxBytes);

    /// <summary>The same for a file of at most so many bytes.</summary>
    internal static ModelProto Read(string path, long maxBytes)
    {
        using var handle = SafeFiles.OpenRead(path);
        if (RandomAccess.GetLength(handle) > maxBytes)
        {
            throw TsfErrors.InvalidGraph.With($"{path} is larger than a graph may be here ({maxBytes} bytes); weights beyond that lie beside it.");
        }

        using var stream = new FileStream(handle, FileAccess.Read);
        return Read(stream, path);
    }

    /// <summary>Reads a model from a stream.</summary>
    internal static ModelProto Read(Stream stream, string location)
    {
        ModelProto model;
        try
        {
            using var input = CodedInputStream.CreateWithLimits(stream, (int)MaxBytes, MaxDepth);
            model = ModelProto.Parser.ParseFrom(input);
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw TsfErrors.InvalidGraph.With($"{location} is not an ONNX model: {failure.Message}", failure);
        }
        catch (Exception failure) when (SafeFiles.Translate(failure, location) is { } translated)
        {
            throw translated;
        }

        // Nearly any bytes are some protobuf message; these three make it a model.
        return model.IrVersion > 0 && model.OpsetImport.Count > 0 && model.Graph is { Node.Count: > 0, Output.Count: > 0 }
            ? model
            : throw TsfErrors.InvalidGraph.With($"{location} is not an ONNX model: it has no version, operator set, nodes or outputs.");
    }

    /// <summary>Writes a model to a new file.</summary>
    /// <exception cref="TsfException">TSF1017 when the file is there, TSF0006, TSF0008.</exception>
    public static void Write(ModelProto model, string path) => NewFile.Write(path, overwrite: false, model.CalculateSize(), handle =>
        SafeFiles.Guard(path, () =>
        {
            var bytes = model.ToByteArray();
            RandomAccess.Write(handle, bytes, 0);
        }));
}
