using Google.Protobuf;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace TrustedServe.Worker.Tests.Support;

/// <summary>Writes small graphs in the published ONNX format, field by field.</summary>
internal static class OnnxGraph
{
    private const int OpsetVersion = 17;

    public sealed record Value(string Name, TensorElementType Type, params long[] Shape);

    public sealed record Node(string Operator, string[] Inputs, string[] Outputs);

    public static byte[] Write(Value[] inputs, Value[] outputs, params Node[] nodes) => Write(inputs, outputs, [], nodes);

    public static byte[] Write(Value[] inputs, Value[] outputs, byte[][] initializers, Node[] nodes)
    {
        var graph = Message(stream =>
        {
            foreach (var node in nodes)
            {
                Embed(stream, 1, Message(inner =>
                {
                    foreach (var input in node.Inputs)
                    {
                        Text(inner, 1, input);
                    }

                    foreach (var output in node.Outputs)
                    {
                        Text(inner, 2, output);
                    }

                    Text(inner, 4, node.Operator);
                }));
            }

            Text(stream, 2, "graph");
            foreach (var initializer in initializers)
            {
                Embed(stream, 5, initializer);
            }

            foreach (var input in inputs)
            {
                Embed(stream, 11, Describe(input));
            }

            foreach (var output in outputs)
            {
                Embed(stream, 12, Describe(output));
            }
        });
        return Message(stream =>
        {
            Number(stream, 1, 8);
            Embed(stream, 7, graph);
            Embed(stream, 8, Message(inner => Number(inner, 2, OpsetVersion)));
        });
    }

    /// <summary>One Identity from <c>in</c> to <c>out</c>.</summary>
    public static byte[] Identity(TensorElementType type, params long[] shape) =>
        Write([new("in", type, shape)], [new("out", type, shape)], new Node("Identity", ["in"], ["out"]));

    /// <summary>Squares a matrix again and again: slow, and stoppable between any two steps.</summary>
    public static byte[] Squares(int size, int times) => Write(
        [new("in", TensorElementType.Float, size, size)],
        [new("out", TensorElementType.Float, size, size)],
        [.. Enumerable.Range(0, times).Select(i => new Node(
            "MatMul", [i == 0 ? "in" : $"m{i}", i == 0 ? "in" : $"m{i}"], [i == times - 1 ? "out" : $"m{i + 1}"]))]);

    /// <summary>Gathers rows by index: fails at run time when an index is out of range.</summary>
    public static byte[] Gather() => Write(
        [new("data", TensorElementType.Float, -1), new("indices", TensorElementType.Int64, -1)],
        [new("out", TensorElementType.Float, -1)],
        new Node("Gather", ["data", "indices"], ["out"]));

    /// <summary>An FP32 tensor whose data lie in a file beside the graph.</summary>
    public static byte[] External(string name, long[] shape, string file, string offset, string length) => Message(tensor =>
    {
        foreach (var dimension in shape)
        {
            Number(tensor, 1, dimension);
        }

        Number(tensor, 2, (int)TensorElementType.Float);
        Text(tensor, 8, name);
        foreach (var (key, value) in new[] { ("location", file), ("offset", offset), ("length", length) })
        {
            Embed(tensor, 13, Message(entry =>
            {
                Text(entry, 1, key);
                Text(entry, 2, value);
            }));
        }

        Number(tensor, 14, 1);
    });

    private static byte[] Describe(Value value) => Message(stream =>
    {
        Text(stream, 1, value.Name);
        Embed(stream, 2, Message(type => Embed(type, 1, Message(tensor =>
        {
            Number(tensor, 1, (int)value.Type);
            Embed(tensor, 2, Message(shape =>
            {
                foreach (var dimension in value.Shape)
                {
                    Embed(shape, 1, Message(inner =>
                    {
                        if (dimension >= 0)
                        {
                            Number(inner, 1, dimension);
                        }
                        else
                        {
                            Text(inner, 2, "n");
                        }
                    }));
                }
            }));
        }))));
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var stream = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(stream);
        }

        return bytes.ToArray();
    }

    private static void Number(CodedOutputStream stream, int field, long value)
    {
        stream.WriteTag(field, WireFormat.WireType.Varint);
        stream.WriteInt64(value);
    }

    private static void Text(CodedOutputStream stream, int field, string value)
    {
        stream.WriteTag(field, WireFormat.WireType.LengthDelimited);
        stream.WriteString(value);
    }

    private static void Embed(CodedOutputStream stream, int field, byte[] message)
    {
        stream.WriteTag(field, WireFormat.WireType.LengthDelimited);
        stream.WriteBytes(ByteString.CopyFrom(message));
    }
}
