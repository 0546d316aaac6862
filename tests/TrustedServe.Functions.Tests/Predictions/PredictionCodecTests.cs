using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CsCheck;
using Google.Protobuf;
using TrustedServe.Functions.Predictions;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Tests.Predictions;

public sealed class PredictionCodecTests
{
    private static readonly ModelMetadataResponse Text = Metadata("text-classification", ("text", "BYTES", [-1]));
    private static readonly ModelMetadataResponse Image = Metadata("image-classification", ("image", "FP32", [-1, 1, 2, 2]));
    private static readonly ModelMetadataResponse Sequence = Metadata("tensor", ("ids", "INT64", [-1, -1]), ("mask", "BOOL", [-1, -1]));

    [Fact]
    public void Texts_become_one_batch()
    {
        var request = PredictionCodec.Encode(Text, Rows("\"ab\"", """{"text":"ü","id":7}"""));
        Assert.Equal([2], request.Inputs[0].Shape);
        Assert.Equal("\u0002\0\0\0ab\u0002\0\0\0ü", request.RawInputContents[0].ToStringUtf8());
    }

    [Theory]
    [InlineData("[1,2,3,4]")]
    [InlineData("[[1,2],[3,4]]")]
    [InlineData("[[[1,2],[3,4]]]")]
    [InlineData("{\"image\":[1,2,3,4]}")]
    public void Grid_may_be_flat_or_nested_with_or_without_its_leading_one(string row)
    {
        var request = PredictionCodec.Encode(Image, Rows(row));
        Assert.Equal([1, 1, 2, 2], request.Inputs[0].Shape);
        Assert.Equal<float>([1, 2, 3, 4], MemoryMarshal.Cast<byte, float>(request.RawInputContents[0].Span).ToArray());
    }

    [Fact]
    public void Dynamic_dimension_is_settled_by_the_first_row()
    {
        var request = PredictionCodec.Encode(Sequence, Rows("""{"ids":[1,2,3],"mask":[true,true,false]}""", """{"mask":[true,true,true],"ids":[4,5,6]}"""));
        Assert.Equal([2, 3], request.Inputs[0].Shape);
        Assert.Equal("TSF4002", Assert.Throws<TsfException>(() => PredictionCodec.Encode(Sequence, Rows("""{"ids":[1],"mask":[true]}""", """{"ids":[4,5],"mask":[true,true]}"""))).Code);
    }

    [Fact]
    public void Check_gives_the_reason_a_row_would_be_refused_for()
    {
        Assert.Null(PredictionCodec.Check(Text, Rows("\"ok\"")[0]));
        Assert.Equal("TSF4002", PredictionCodec.Check(Text, Rows("7")[0])?.Code);
        Assert.Equal("TSF4005", PredictionCodec.Check(Image, Rows("{\"picture\":[1,2,3,4]}")[0])?.Code);
        Assert.Equal("TSF4002", PredictionCodec.Check(Image, Rows("[1,2,3]")[0])?.Code);
        Assert.Equal("TSF4002", PredictionCodec.Check(Image, Rows("[1,2,3,1e39]")[0])?.Code);
    }

    [Fact]
    public void Row_of_a_classifier_is_written_with_label_score_logits_and_scores()
    {
        var response = new ModelInferResponse();
        Add(response, "labels", "BYTES", [2, 2], Encoding.UTF8.GetBytes("\u0001\0\0\0a\u0001\0\0\0b\u0001\0\0\0b\u0001\0\0\0a"));
        Add(response, "scores", "FP32", [2, 2], MemoryMarshal.AsBytes<float>([0.75f, 0.25f, 0.9f, 0.1f]).ToArray());
        Add(response, "logits", "FP32", [2, 3], MemoryMarshal.AsBytes<float>([1, 2, 3, 4, 5, 6]).ToArray());
        var metadata = Metadata("text-classification", ("text", "BYTES", [-1]));
        metadata.Outputs.Add(Tensor("logits", "FP32", [-1, 3]));
        Assert.Equal("""{"label":"b","score":0.9,"logits":[4,5,6],"scores":{"b":0.9,"a":0.1}}""", WriteRow(metadata, response, 1, 2));

        Truncation.Set(response, [1]);
        Assert.EndsWith("\"scores\":{\"b\":0.9,\"a\":0.1},\"truncated\":true}", WriteRow(metadata, response, 1, 2), StringComparison.Ordinal);
        Assert.DoesNotContain("truncated", WriteRow(metadata, response, 0, 2), StringComparison.Ordinal);
    }

    [Fact]
    public void Row_of_tensors_is_written_by_name()
    {
        var response = new ModelInferResponse();
        Add(response, "y", "INT32", [2, 2, 1], MemoryMarshal.AsBytes<int>([1, 2, 3, 4]).ToArray());
        Add(response, "t", "BYTES", [2], Encoding.UTF8.GetBytes("\u0001\0\0\0a\u0002\0\0\0bc"));
        var metadata = Metadata("tensor", ("x", "INT32", [-1]));
        metadata.Outputs.Add(Tensor("y", "INT32", [-1, 2, 1]));
        metadata.Outputs.Add(Tensor("t", "BYTES", [-1]));
        Assert.Equal("""{"y":[[1],[2]],"t":"a"}""", WriteRow(metadata, response, 0, 2));
        Assert.Equal("""{"y":[[3],[4]],"t":"bc"}""", WriteRow(metadata, response, 1, 2));
    }

    [Theory]
    [InlineData(new long[] { -1, 2 }, new long[] { 3, 2 }, 2)]
    [InlineData(new long[] { -1, 2 }, new long[] { 1, 6 }, 2)]
    [InlineData(new long[] { 3, 2 }, new long[] { 3, 2 }, 3)]
    [InlineData(new long[] { }, new long[] { }, 2)]
    public void Tensor_that_has_no_row_for_each_row_is_refused(long[] declared, long[] shape, int rows)
    {
        var (metadata, response) = Numbers(declared, shape);
        Assert.Equal("TSF4002", Assert.Throws<TsfException>(() => WriteRow(metadata, response, 0, rows)).Code);
    }

    [Theory]
    [InlineData(new long[] { -1, 2 }, new long[] { 3, 2 }, "[[0,1],[2,3],[4,5]]")]
    [InlineData(new long[] { -1 }, new long[] { 3 }, "[0,1,2]")]
    [InlineData(new long[] { -1 }, new long[] { 0 }, "[]")]
    [InlineData(new long[] { -1, 2 }, new long[] { 1, 2 }, "[0,1]")]
    [InlineData(new long[] { 2, 1 }, new long[] { 2, 1 }, "[[0],[1]]")]
    public void Single_row_owns_the_whole_tensor(long[] declared, long[] shape, string written)
    {
        var (metadata, response) = Numbers(declared, shape);
        Assert.Equal($$"""{"y":{{written}}}""", WriteRow(metadata, response, 0, 1));
    }

    [Theory]
    [InlineData("scores", new long[] { 1, 2 }, 4)]
    [InlineData("scores", new long[] { 1, 1 }, 8)]
    [InlineData("scores", new long[] { -1 }, 0)]
    [InlineData("points", new long[] { 1, 1 }, 4)]
    public void Answer_that_contradicts_itself_is_not_written(string name, long[] shape, int bytes)
    {
        var response = new ModelInferResponse();
        Add(response, "labels", "BYTES", [1, 1], Encoding.UTF8.GetBytes("\u0001\0\0\0a"));
        Add(response, name, "FP32", shape, new byte[bytes]);
        Assert.ThrowsAny<TsfException>(() => WriteRow(Text, response, 0, 1));
    }

    [Fact]
    public void Any_JSON_row_encodes_or_is_refused()
    {
        var element = Gen.Recursive<string>((depth, inner) => depth > 3
            ? Gen.OneOf("1", "-0.5", "1e400", "true", "null", "\"a\"", "[]", "{}")
            : Gen.OneOf(
                Gen.OneOf("1", "255", "\"x\"", "false"),
                inner.Array[0, 5].Select(items => $"[{string.Join(',', items)}]"),
                Gen.Select(Gen.OneOf("text", "image", "ids", "mask", "instances"), inner).Select((name, value) => $$"""{"{{name}}":{{value}}}""")));
        element.Sample(json =>
        {
            foreach (var metadata in new[] { Text, Image, Sequence })
            {
                try
                {
                    var body = PredictionBody.From(metadata, Rows(json)[0]);
                    PredictionCodec.Encode(metadata, body.Rows);
                }
                catch (TsfException refusal)
                {
                    Assert.InRange(refusal.Error.HttpStatus, 400, 499);
                }
            }
        });
    }

    private static string WriteRow(ModelMetadataResponse metadata, ModelInferResponse response, int row, int rows)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            PredictionCodec.WriteRow(writer, metadata, response, row, rows);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static (ModelMetadataResponse Metadata, ModelInferResponse Response) Numbers(long[] declared, long[] shape)
    {
        var metadata = Metadata("tensor", ("x", "INT32", [-1]));
        metadata.Outputs.Add(Tensor("y", "INT32", declared));
        var response = new ModelInferResponse();
        var count = (int)shape.Aggregate(1L, (product, dimension) => product * dimension);
        Add(response, "y", "INT32", shape, MemoryMarshal.AsBytes<int>(Enumerable.Range(0, count).ToArray()).ToArray());
        return (metadata, response);
    }

    private static void Add(ModelInferResponse response, string name, string datatype, long[] shape, byte[] raw)
    {
        var output = new ModelInferResponse.Types.InferOutputTensor { Name = name, Datatype = datatype };
        output.Shape.Add(shape);
        response.Outputs.Add(output);
        response.RawOutputContents.Add(ByteString.CopyFrom(raw));
    }

    private static ModelMetadataResponse Metadata(string task, params (string Name, string Datatype, long[] Shape)[] inputs)
    {
        var metadata = new ModelMetadataResponse();
        metadata.Properties["task"] = task;
        metadata.Inputs.Add(inputs.Select(input => Tensor(input.Name, input.Datatype, input.Shape)));
        return metadata;
    }

    private static ModelMetadataResponse.Types.TensorMetadata Tensor(string name, string datatype, long[] shape)
    {
        var tensor = new ModelMetadataResponse.Types.TensorMetadata { Name = name, Datatype = datatype };
        tensor.Shape.Add(shape);
        return tensor;
    }

    private static JsonElement[] Rows(params string[] json) => [.. json.Select(text => JsonSerializer.Deserialize<JsonElement>(text))];
}
