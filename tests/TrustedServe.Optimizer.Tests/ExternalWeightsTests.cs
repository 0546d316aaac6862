using System.Runtime.InteropServices;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests;

public sealed class ExternalWeightsTests : IDisposable
{
    private const int Large = 300_000;

    private readonly TemporaryDirectory temporary = new();

    public ExternalWeightsTests()
    {
        Directory.CreateDirectory(temporary["in"]);
        Directory.CreateDirectory(temporary["out"]);
    }

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData("langid", true)]
    [InlineData("digits", false)]
    public void Sample_model_has_the_same_weights_after_moving(string name, bool moves)
    {
        var source = Path.Combine(Repository.Samples, name, "model.onnx");
        var before = OnnxFile.Read(source);
        var model = OnnxFile.Read(source);
        var length = ExternalWeights.Move(model, Path.GetDirectoryName(source)!, temporary["out"], default);
        OnnxFile.Write(model, temporary["out", "model.onnx"]);
        Assert.Equal(moves, length > 0);
        Assert.Equal(moves, File.Exists(temporary["out", "weights.bin"]));

        var after = OnnxFile.Read(temporary["out", "model.onnx"]);
        Assert.DoesNotContain(after.Graph.Initializer, tensor => tensor.RawData.Length > ExternalWeights.Threshold);
        Assert.Equal(before.Graph.Initializer.Count, after.Graph.Initializer.Count);
        foreach (var (one, other) in before.Graph.Initializer.Zip(after.Graph.Initializer))
        {
            Assert.Equal((one.Name, one.DataType), (other.Name, other.DataType));
            Assert.Equal(one.Dims, other.Dims);
            Assert.True(TensorBytes.Of(one).Span.SequenceEqual(BytesOf(other)), one.Name);
        }

        Assert.Equal(before.Graph.Node, after.Graph.Node);
    }

    [Fact]
    public void Weights_begin_at_pages_and_threshold_decides()
    {
        var exact = (int)(ExternalWeights.Threshold / 4);
        var model = ToyModel.Create(ToyModel.Raw("stays", exact), ToyModel.Raw("one", exact + 1), ToyModel.Raw("two", Large));
        ExternalWeights.Move(model, temporary["in"], temporary["out"], default);
        Assert.Equal(["one", "two"], model.Graph.Initializer.Where(ExternalData.Has).Select(tensor => tensor.Name));
        Assert.All(model.Graph.Initializer.Where(ExternalData.Has), tensor => Assert.Equal(0, ExternalData.Of(tensor, temporary["out"], TensorBytes.Length(tensor)!.Value).Offset % 4096));
    }

    [Fact]
    public void Typed_fields_become_little_endian_bytes()
    {
        var floats = Enumerable.Range(0, Large).Select(i => i * 0.5f).ToArray();
        var f = ToyModel.Tensor("f", DataType.Float, Large);
        f.FloatData.AddRange(floats);
        var longs = Enumerable.Range(0, Large).Select(i => (long)i << 33).ToArray();
        var i64 = ToyModel.Tensor("i64", DataType.Int64, Large);
        i64.Int64Data.AddRange(longs);
        var bytes = Enumerable.Range(0, Large * 4).Select(i => (byte)i).ToArray();
        var i8 = ToyModel.Tensor("i8", DataType.Int8, Large * 4);
        i8.Int32Data.AddRange(bytes.Select(value => (int)(sbyte)value));
        var halves = Enumerable.Range(0, Large * 2).Select(i => (ushort)i).ToArray();
        var f16 = ToyModel.Tensor("f16", DataType.Float16, Large * 2);
        f16.Int32Data.AddRange(halves.Select(value => (int)value));
        var u4 = ToyModel.Tensor("u4", DataType.Uint4, (Large * 8) - 1);
        u4.Int32Data.AddRange(bytes.Select(value => (int)value));

        var model = ToyModel.Create(f, i64, i8, f16, u4);
        ExternalWeights.Move(model, temporary["in"], temporary["out"], default);
        Assert.All(model.Graph.Initializer, tensor => Assert.Equal(0, tensor.FloatData.Count + tensor.Int64Data.Count + tensor.Int32Data.Count));
        Assert.True(MemoryMarshal.AsBytes<float>(floats).SequenceEqual(BytesOf(f)));
        Assert.True(MemoryMarshal.AsBytes<long>(longs).SequenceEqual(BytesOf(i64)));
        Assert.Equal(bytes, BytesOf(i8));
        Assert.True(MemoryMarshal.AsBytes<ushort>(halves).SequenceEqual(BytesOf(f16)));
        Assert.Equal(bytes, BytesOf(u4));
    }

    [Fact]
    public void Large_constant_becomes_an_initializer()
    {
        var model = ToyModel.Create();
        var value = ToyModel.Raw(string.Empty, Large);
        model.Graph.Node.Insert(0, new NodeProto { OpType = "Constant", Output = { "w" }, Attribute = { new AttributeProto { Name = "value", T = value } } });
        var expected = value.RawData.ToByteArray();
        ExternalWeights.Move(model, temporary["in"], temporary["out"], default);
        Assert.Single(model.Graph.Node);
        Assert.Equal("w", Assert.Single(model.Graph.Initializer).Name);
        Assert.Equal(expected, BytesOf(model.Graph.Initializer[0]));
    }

    [Fact]
    public void Weights_in_an_inner_graph_move_too()
    {
        var model = ToyModel.Create();
        model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "then_branch", G = ToyModel.Create(ToyModel.Raw("inner", Large)).Graph });
        Assert.True(ExternalWeights.Move(model, temporary["in"], temporary["out"], default) > Large);
        Assert.True(ExternalData.Has(model.Graph.Node[0].Attribute[0].G.Initializer[0]));
    }

    [Fact]
    public void External_data_of_the_source_are_taken_over_and_tied_weights_stay_tied()
    {
        var bytes = new byte[(Large * 4) + 100];
        new Random(1).NextBytes(bytes);
        Directory.CreateDirectory(temporary["in", "data"]);
        File.WriteAllBytes(temporary["in", "data", "w.bin"], bytes);
        (string, string)[] place = [("location", "data/w.bin"), ("offset", "64"), ("length", $"{Large * 4}")];
        var model = ToyModel.Create(ToyModel.External("a", Large, place), ToyModel.External("b", Large, place), ToyModel.External("small", 9, ("location", "data/w.bin"), ("length", "36")));
        Assert.Equal(Large * 4, ExternalWeights.Move(model, temporary["in"], temporary["out"], default));
        Assert.Equal(bytes[64..(64 + (Large * 4))], BytesOf(model.Graph.Initializer[0]));
        Assert.Equal(model.Graph.Initializer[0].ExternalData, model.Graph.Initializer[1].ExternalData);
        Assert.Equal(bytes[..36], model.Graph.Initializer[2].RawData.ToByteArray());
    }

    [Theory]
    [InlineData("location", "../w.bin")]
    [InlineData("location", "/etc/passwd")]
    [InlineData("location", "a/../../w.bin")]
    [InlineData("location", "./w.bin")]
    [InlineData("location", "a\\w.bin")]
    [InlineData("location", "")]
    [InlineData("location", "link.bin")]
    [InlineData("location", "missing.bin")]
    [InlineData("location", "short.bin")]
    [InlineData("offset", "-1")]
    [InlineData("offset", "99999999999999999999")]
    [InlineData("offset", "9223372036854775807")]
    [InlineData("offset", "1")]
    [InlineData("length", "10")]
    [InlineData("twice", "w.bin")]
    public void Rejects_external_data(string key, string value)
    {
        File.WriteAllBytes(temporary["w.bin"], new byte[Large * 4]);
        File.WriteAllBytes(temporary["in", "w.bin"], new byte[Large * 4]);
        File.WriteAllBytes(temporary["in", "short.bin"], new byte[10]);
        File.CreateSymbolicLink(temporary["in", "link.bin"], temporary["w.bin"]);
        var entries = new Dictionary<string, string> { ["location"] = "w.bin", ["offset"] = "0", ["length"] = $"{Large * 4}" };
        var tensor = ToyModel.External("w", Large);
        if (key == "twice")
        {
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = value });
        }
        else
        {
            entries[key] = value;
        }

        tensor.ExternalData.AddRange(entries.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        var failure = Assert.Throws<TsfException>(() => ExternalWeights.Move(ToyModel.Create(tensor), temporary["in"], temporary["out"], default));
        Assert.Equal("TSF1032", failure.Code);
        Assert.Empty(Directory.GetFileSystemEntries(temporary["out"]));
    }

    [Fact]
    public void Data_that_do_not_fill_the_shape_are_refused()
    {
        var tensor = ToyModel.Raw("w", Large);
        tensor.Dims[0]++;
        Assert.Equal("TSF1030", Assert.Throws<TsfException>(() => ExternalWeights.Move(ToyModel.Create(tensor), temporary["in"], temporary["out"], default)).Code);
        Assert.Empty(Directory.GetFileSystemEntries(temporary["out"]));
    }

    private byte[] BytesOf(TensorProto tensor)
    {
        var length = TensorBytes.Length(tensor)!.Value;
        if (!ExternalData.Has(tensor))
        {
            return TensorBytes.Of(tensor).ToArray();
        }

        var place = ExternalData.Of(tensor, temporary["out"], length);
        return File.ReadAllBytes(place.Path).AsSpan((int)place.Offset, (int)length).ToArray();
    }
}
