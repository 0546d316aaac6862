using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Optimizer.Weights;

/// <summary>Moves large weights out of a graph, so that a session can map them instead of copying them.</summary>
public static class ExternalWeights
{
    /// <summary>Weights of more bytes than this lie beside the graph.</summary>
    public const long Threshold = 1 << 20;

    /// <summary>Name of the file with the weights.</summary>
    public const string FileName = "weights.bin";

    // A page: mapped weights then begin where a mapping can.
    private const long Alignment = 4096;
    private const int CopySize = 4 << 20;

    /// <summary>
    /// Writes every initializer over <see cref="Threshold"/> into <c>weights.bin</c> in <paramref name="outputDirectory"/> and
    /// points the model at it. External data of the source are taken over; small ones move into the graph.
    /// </summary>
    /// <param name="model">The model; changed in place. Write it into the same directory.</param>
    /// <param name="sourceDirectory">Directory of the file that the model was read from.</param>
    /// <param name="outputDirectory">Directory of the package.</param>
    /// <param name="cancellationToken">Stops the copy; no file stays.</param>
    /// <returns>The length of <c>weights.bin</c>; 0 when there is none.</returns>
    /// <exception cref="TsfException">TSF1030, TSF1032, TSF1017 when the file is there, TSF0006, TSF0008.</exception>
    public static long Move(ModelProto model, string sourceDirectory, string outputDirectory, CancellationToken cancellationToken)
    {
        GraphTensors.PromoteConstants(model, Threshold);
        var large = new List<TensorProto>();
        foreach (var tensor in GraphTensors.Graphs(model.Graph).SelectMany(graph => graph.Initializer))
        {
            if (TensorBytes.Length(tensor) is { } length)
            {
                if (length > Threshold)
                {
                    large.Add(tensor);
                }
                else if (ExternalData.Has(tensor))
                {
                    TakeIn(tensor, ExternalData.Of(tensor, sourceDirectory, length));
                }
            }
            else if (ExternalData.Has(tensor))
            {
                throw TsfErrors.InvalidExternalData.With($"The tensor {GraphText.Quote(tensor.Name)} is of strings, which cannot lie outside.");
            }
        }

        if (large.Count == 0)
        {
            return 0;
        }

        long end = 0;
        var path = Path.Combine(outputDirectory, FileName);
        NewFile.Write(path, overwrite: false, 0, output => end = WriteAll(large, sourceDirectory, output, path, cancellationToken));
        return end;
    }

    private static long WriteAll(List<TensorProto> tensors, string sourceDirectory, SafeFileHandle output, string path, CancellationToken cancellationToken)
    {
        var buffer = new byte[CopySize];

        // Tied weights are stored once, as they came; so a small model cannot blow up to a huge file either.
        var placed = new Dictionary<ExternalData, long>();
        long end = 0;
        foreach (var tensor in tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = TensorBytes.Length(tensor)!.Value;
            var source = ExternalData.Has(tensor) ? ExternalData.Of(tensor, sourceDirectory, length) : null;
            if (source is null || !placed.TryGetValue(source, out var start))
            {
                start = (end + Alignment - 1) / Alignment * Alignment;
                end = start;
                if (source is null)
                {
                    Append(TensorBytes.Of(tensor));
                }
                else
                {
                    using var input = SafeFiles.OpenRead(source.Path);
                    source.Read(input, buffer, Append);
                    placed.Add(source, start);
                }
            }

            ExternalData.Set(tensor, FileName, start, length);
        }

        return end;

        void Append(ReadOnlyMemory<byte> bytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SafeFiles.Write(output, bytes.Span, end, path);
            end += bytes.Length;
        }
    }

    private static void TakeIn(TensorProto tensor, ExternalData source)
    {
        var bytes = new byte[source.Length];
        if (bytes.Length > 0)
        {
            using var input = SafeFiles.OpenRead(source.Path);
            SafeFiles.ReadExactly(input, bytes, source.Offset, source.Path);
        }

        TensorBytes.Clear(tensor);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
    }
}
