using System.Globalization;
using Google.Protobuf;
using TrustedServe.Packaging.Graphs.Onnx;

namespace TrustedServe.Benchmarks.Bert;

/// <summary>Random weights, written to a file beside the graph as they are made: no more than one buffer is in memory.</summary>
public sealed class WeightFile : IDisposable
{
    // Below this a tensor stays in the graph, as exporters do it.
    private const int Inline = 1024;
    private const int Alignment = 4096;
    private readonly byte[] buffer = new byte[1 << 20];
    private readonly FileStream file;
    private readonly string name;
    private readonly SeededNoise noise;

    /// <summary>Creates the file.</summary>
    public WeightFile(string path, ulong seed)
    {
        file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        name = Path.GetFileName(path);
        noise = new SeededNoise(seed);
    }

    /// <summary>A tensor of FP32 around <paramref name="mean"/>.</summary>
    public TensorProto Add(string tensorName, float mean, float deviation, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = tensorName, DataType = (int)TensorProto.Types.DataType.Float };
        long bytes = sizeof(float);
        foreach (var dimension in shape)
        {
            tensor.Dims.Add(dimension);
            bytes *= dimension;
        }

        if (bytes < Inline)
        {
            var values = buffer.AsSpan(0, (int)bytes);
            noise.Fill(values, mean, deviation);
            tensor.RawData = ByteString.CopyFrom(values);
            return tensor;
        }

        file.Position = (file.Position + Alignment - 1) / Alignment * Alignment;
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        Describe("location", name);
        Describe("offset", file.Position.ToString(CultureInfo.InvariantCulture));
        Describe("length", bytes.ToString(CultureInfo.InvariantCulture));
        for (long done = 0; done < bytes; done += buffer.Length)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, bytes - done));
            noise.Fill(piece, mean, deviation);
            file.Write(piece);
        }

        return tensor;

        void Describe(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
