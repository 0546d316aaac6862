using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using TrustedServe.Optimizer.Optimizing;
using TrustedServe.Optimizer.Packing;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Testing;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests.Optimizing;

/// <summary>Weights of more than 2 GB: the end of what one message or one array can hold. Most of the file is a hole.</summary>
public sealed class HugeModelTests : IDisposable
{
    private const int Width = 1024;
    private const int Rows = (1 << 19) + 1024;
    private const int Classes = 64;
    private const long Table = (long)Rows * Width * sizeof(float);

    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Is_packed_quantised_and_fused()
    {
        Assert.True(Table > int.MaxValue);
        Directory.CreateDirectory(temporary["source"]);
        WriteWeights();
        WriteGraph();
        await ModelPacker.PackAsync(new PackRequest { OnnxFile = temporary["source", "model.onnx"], Name = "huge", Version = "1", Task = ModelTask.Tensor }, temporary["huge"], default);
        Directory.Delete(temporary["source"], recursive: true);
        Assert.True(PackageReader.Open(temporary["huge"]).Manifest.Files.Single(file => file.Path == "weights.bin").Size > int.MaxValue);

        // What the graph answers hangs on the table's last rows and on the product after them, both beyond 2 GB.
        var report = await ModelOptimizer.OptimizeAsync(new OptimizeRequest { Package = temporary["huge"], Output = temporary["out"], Embeddings = true, Samples = [Row(0), Row(1)] }, default);
        Assert.Equal((2, 2, 2), (report.Rows, report.AgreeingRows, report.Quantized.Count));
        Assert.InRange(report.LargestDifference, 1e-6, 0.05);
        Assert.InRange(report.BytesAfter, Table / 4, Table * 3 / 10);
        var manifest = PackageReader.OpenVerified(temporary["out"], Environment.ProcessorCount, default).Manifest;
        Assert.Equal([5, 6], manifest.Warmup.Select(sample => Best(sample.Outputs[0])));
    }

    private static int Best(SampleTensor output) => output.Data.Select((value, place) => (Value: value.GetSingle(), Place: place)).Max().Place;

    private static WarmupSample Row(int number) => new()
    {
        Inputs = [new SampleTensor("x", Datatype.Int64, [1], [JsonSerializer.SerializeToElement(Rows - 1 - number)])],
        Outputs = [],
    };

    // The last rows of the table choose a row of the product's weight, and that its best class.
    private void WriteWeights()
    {
        using var file = File.Create(temporary["source", "w.bin"]);
        file.SetLength(Table + (Width * Classes * sizeof(float)));
        var (entry, row) = (new float[Width], new float[Classes]);
        for (var number = 0; number < 2; number++)
        {
            Array.Clear(entry);
            (entry[number], entry[900]) = (0.9f, 0.123f);
            file.Position = Table - ((number + 1L) * Width * sizeof(float));
            file.Write(MemoryMarshal.AsBytes(entry.AsSpan()));
            Array.Fill(row, -0.5f);
            row[5 + number] = 1;
            file.Position = Table + ((long)number * Classes * sizeof(float));
            file.Write(MemoryMarshal.AsBytes(row.AsSpan()));
        }
    }

    private void WriteGraph()
    {
        var model = ToyModel.Create(Weight("table", Rows, Width, 0), Weight("w", Width, Classes, Table));
        model.Graph.Node.Insert(0, new NodeProto { OpType = "Gather", Name = "lookup", Input = { "table", "x" }, Output = { "e" } });
        model.Graph.Node[1].Name = "product";
        model.Graph.Node[1].Input[0] = "e";
        model.Graph.Input[0] = ToyModel.Value("x", DataType.Int64, -1);
        model.Graph.Output[0] = ToyModel.Value("y", DataType.Float, -1, Classes);
        File.WriteAllBytes(temporary["source", "model.onnx"], model.ToByteArray());
    }

    private static TensorProto Weight(string name, int rows, int columns, long offset)
    {
        var tensor = ToyModel.External(name, 0, ("location", "w.bin"), ("offset", $"{offset}"), ("length", $"{(long)rows * columns * sizeof(float)}"));
        tensor.Dims.Clear();
        tensor.Dims.Add([rows, columns]);
        return tensor;
    }
}
