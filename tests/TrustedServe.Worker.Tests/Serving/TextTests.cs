using System.Text;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class TextTests
{
    [Fact]
    public async Task TextOverTheLimit_IsRefused_WithLimitAndActual()
    {
        await using var worker = await TestWorker.LangidAsync();
        var refused = await worker.RefusedAsync(Requests.Texts("short", string.Join(' ', Enumerable.Repeat("the", 200))));
        Assert.Equal(TsfErrors.InputTooLong, refused.Error);
        Assert.Contains("row 1 has 202 tokens", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TsfErrors.InputTooLong, (await worker.RefusedAsync(Requests.Texts(new string('x', 1 << 20)))).Error);
    }

    [Fact]
    public async Task TextOverTheLimit_IsCutWhereTheManifestAllows_AndTheAnswerSaysSo()
    {
        await using var worker = await TestWorker.LangidAsync(truncate: true);
        var cut = await worker.Inference.ModelInferAsync(Requests.Texts(string.Join(' ', Enumerable.Repeat("the", 200))));
        Assert.True(cut.Parameters["truncated"].BoolParam);
        Assert.Equal("0", cut.Parameters["truncated_rows"].StringParam);
        var whole = await worker.Inference.ModelInferAsync(Requests.Texts(string.Join(' ', Enumerable.Repeat("the", 126))));
        Assert.Empty(whole.Parameters);
        Assert.Equal(whole.Floats("logits"), cut.Floats("logits"));
    }

    [Fact]
    public async Task Rejects_TextThatIsNotUtf8_AndElementsThatDoNotFillTheData()
    {
        await using var worker = await TestWorker.LangidAsync();
        foreach (var (count, raw) in new[] { (1, Requests.Bytes([0xFF])), (2, Requests.Bytes([65])), (1, Requests.Bytes([65], [66])), (1, [9, 0, 0, 0, 65]), (1, []) })
        {
            var refused = await worker.RefusedAsync(Requests.One("langid", "text", Datatype.Bytes, [count], raw));
            Assert.Equal(TsfErrors.InvalidTensor, refused.Error);
        }
    }

    [Fact]
    public async Task TypedBytes_AnswerAsRawOnesDo()
    {
        await using var worker = await TestWorker.LangidAsync();
        const string Sentence = "Der Zug zur Küste fährt jeden Morgen um halb acht.";
        var request = Requests.Texts(Sentence);
        var raw = await worker.Inference.ModelInferAsync(request);
        request.RawInputContents.Clear();
        request.Inputs[0].Contents = new InferTensorContents { BytesContents = { Google.Protobuf.ByteString.CopyFrom(Sentence, Encoding.UTF8) } };
        var typed = await worker.Inference.ModelInferAsync(request);
        Assert.Equal("de", typed.Strings("labels")[0]);
        Assert.Equal(raw, typed);
    }

    [Fact]
    public async Task Metadata_HasTheSequenceLimit()
    {
        await using var worker = await TestWorker.LangidAsync();
        var metadata = await worker.Inference.ModelMetadataAsync(new ModelMetadataRequest { Name = "langid" });
        Assert.Equal(("text-classification", "128"), (metadata.Properties["task"], metadata.Properties["max_sequence"]));
        Assert.Equal("text", Assert.Single(metadata.Inputs).Name);
    }
}
