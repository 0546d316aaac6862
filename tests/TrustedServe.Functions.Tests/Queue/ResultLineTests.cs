using System.Buffers;
using System.Text;
using Google.Protobuf;
using TrustedServe.Functions.Queue;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Tests.Queue;

public sealed class ResultLineTests
{
    [Fact]
    public void Tensor_row_gives_its_id_back_and_keeps_it_from_the_model()
    {
        var metadata = Metadata("x", "y");
        using var row = ScoredRow.Parse(Line("""{"id":"ü\n","x":1.5}"""), metadata, 100);

        Assert.Null(row.Error);
        Assert.Equal("""{"x":1.5}""", row.Value.GetRawText());
        Assert.Equal("""{"row":3,"id":"ü\n","y":2.5}""" + "\n", Write(metadata, row, "y"));
    }

    [Fact]
    public void Model_with_an_input_called_id_gets_it()
    {
        using var row = ScoredRow.Parse(Line("""{"id":1.5}"""), Metadata("id", "y"), 100);

        Assert.Null(row.Id);
        Assert.Equal("""{"id":1.5}""", row.Value.GetRawText());
    }

    [Theory]
    [InlineData("row")]
    [InlineData("id")]
    [InlineData("error")]
    public void Model_with_an_output_of_a_reserved_name_gives_them_nested(string name)
    {
        var metadata = Metadata("x", name);
        using var row = ScoredRow.Parse(Line("""{"x":1.5}"""), metadata, 100);

        Assert.Equal("{\"row\":3,\"outputs\":{\"" + name + "\":2.5}}\n", Write(metadata, row, name));
    }

    private static JsonLine Line(string text) => new(3, Encoding.UTF8.GetBytes(text), false);

    private static ModelMetadataResponse Metadata(string input, string output) => new()
    {
        Inputs = { new ModelMetadataResponse.Types.TensorMetadata { Name = input, Datatype = "FP32", Shape = { -1 } } },
        Outputs = { new ModelMetadataResponse.Types.TensorMetadata { Name = output, Datatype = "FP32", Shape = { -1 } } },
        Properties = { ["task"] = "tensor" },
    };

    private static string Write(ModelMetadataResponse metadata, ScoredRow row, string output)
    {
        row.Response = new ModelInferResponse
        {
            Outputs = { new ModelInferResponse.Types.InferOutputTensor { Name = output, Datatype = "FP32", Shape = { 1 } } },
            RawOutputContents = { ByteString.CopyFrom(BitConverter.GetBytes(2.5f)) },
        };
        var buffer = new ArrayBufferWriter<byte>();
        new ResultLineWriter(buffer, metadata).Write(row);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
