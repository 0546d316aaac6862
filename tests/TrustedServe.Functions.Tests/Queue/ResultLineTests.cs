using System.Buffers;
using System.Text;
using CsCheck;
using Google.Protobuf;
using TrustedServe.Functions.Predictions;
using TrustedServe.Functions.Queue;
using TrustedServe.Protocol.Errors;
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

    [Theory]
    [InlineData("""{"id":1,"x":"\ud800"}""")]
    [InlineData("""{"id":1,"\ud800":1}""")]
    [InlineData("""{"id":"\uDC00","x":1}""")]
    [InlineData("""["\ud83d\ud83d"]""")]
    public void Row_with_half_a_character_is_refused(string text)
    {
        using var row = ScoredRow.Parse(Line(text), Metadata("x", "y"), 100);

        Assert.Equal(TsfErrors.InvalidRow, row.Error?.Error);
    }

    [Fact]
    public void Any_line_is_a_row_or_one_error()
    {
        string[] pieces = ["{", "}", "[", "]", ",", ":", "\"id\"", "\"x\"", "\"text\"", "1", "-0", "1e999", "null", "true", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u0069d\"", "\"ü\"", " ", "\"", "\\", "\ud83d\ude00"];
        var text = Metadata("text", "y");
        text.Inputs[0].Datatype = "BYTES";
        text.Properties["task"] = "text-classification";
        ModelMetadataResponse[] models = [Metadata("x", "y"), Metadata("id", "y"), text];
        var lines = Gen.OneOf(
            Gen.Int[0, pieces.Length - 1].Array[0, 12].Select(some => string.Concat(some.Select(piece => pieces[piece]))),
            Gen.Int[0, pieces.Length - 1].Array[2, 2].Select(some => $$"""{"id":{{pieces[some[0]]}},"x":{{pieces[some[1]]}},"text":{{pieces[some[1]]}}}"""));
        Gen.Select(lines, Gen.Int[0, models.Length - 1]).Sample((line, model) =>
        {
            using var row = ScoredRow.Parse(Line(line), models[model], 100);
            row.Error ??= PredictionCodec.Check(models[model], row.Value);
            if (row.Error is not null)
            {
                var buffer = new ArrayBufferWriter<byte>();
                new ResultLineWriter(buffer, models[model]).Write(row);
                Assert.Equal(3, Assert.Single(QueueHarness.Lines(buffer.WrittenSpan)).GetProperty("row").GetInt32());
            }
        });
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
