using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class AnswerTests(DigitsFixture fixture) : IClassFixture<DigitsFixture>
{
    [Fact]
    public async Task Id_NameAndVersion_AreEchoed()
    {
        var request = Requests.Images(fixture.Zero);
        request.Id = "7f";
        var answer = await fixture.Worker.Inference.ModelInferAsync(request);
        Assert.Equal(("7f", "digits", "1"), (answer.Id, answer.ModelName, answer.ModelVersion));
    }

    [Fact]
    public async Task WithoutRequestedOutputs_AllCome_WithFiveBest()
    {
        var answer = await fixture.Worker.Inference.ModelInferAsync(Requests.Images(fixture.Zero, fixture.Zero));
        Assert.Equal(["labels BYTES 2,5", "scores FP32 2,5", "logits FP32 2,10"], answer.Outputs.Select(Describe));
    }

    [Fact]
    public async Task RequestedOutputs_ComeAlone_InTheOrderAsked()
    {
        var request = Requests.Images(fixture.Zero).Asking("logits", "labels").With("top_k", new InferParameter { Int64Param = 1 });
        var answer = await fixture.Worker.Inference.ModelInferAsync(request);
        Assert.Equal(["logits FP32 1,10", "labels BYTES 1,1"], answer.Outputs.Select(Describe));
        Assert.Equal(2, answer.RawOutputContents.Count);
    }

    [Fact]
    public async Task TypedContents_AnswerAsRawOnesDo()
    {
        var raw = await fixture.Worker.Inference.ModelInferAsync(Requests.Images(fixture.Zero));
        var request = Requests.Images(fixture.Zero);
        request.RawInputContents.Clear();
        request.Inputs[0].Contents = new InferTensorContents { Fp32Contents = { fixture.Zero } };
        Assert.Equal(raw, await fixture.Worker.Inference.ModelInferAsync(request));
    }

    [Fact]
    public async Task Metadata_SaysWhatIsServed()
    {
        var metadata = await fixture.Worker.Inference.ModelMetadataAsync(new ModelMetadataRequest { Name = "digits" });
        Assert.Equal("onnx_onnxv1", metadata.Platform);
        Assert.Equal(["1"], metadata.Versions);
        Assert.Equal(["image FP32 -1,1,8,8"], metadata.Inputs.Select(Describe));
        Assert.Equal(["labels BYTES -1,-1", "scores FP32 -1,-1", "logits FP32 -1,10"], metadata.Outputs.Select(Describe));
        Assert.Equal("image-classification", metadata.Properties["task"]);
        Assert.Equal("fp32", metadata.Properties["precision"]);
        Assert.Equal("32", metadata.Properties["max_batch"]);
        Assert.Equal("2", metadata.Properties["lanes"]);
        Assert.Equal("insecure-simulated", metadata.Properties["trust"]);
        Assert.Equal("""["0","1","2","3","4","5","6","7","8","9"]""", metadata.Properties["labels"]);
        Assert.Equal(64, metadata.Properties["digest"].Length);
    }

    [Fact]
    public async Task LiveAndReady_AreTrue()
    {
        Assert.True((await fixture.Worker.Inference.ServerLiveAsync(new ServerLiveRequest())).Live);
        Assert.True((await fixture.Worker.Inference.ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.True((await fixture.Worker.Inference.ModelReadyAsync(new ModelReadyRequest { Name = "digits", Version = "1" })).Ready);
        Assert.Equal("trustedserve-worker", (await fixture.Worker.Inference.ServerMetadataAsync(new ServerMetadataRequest())).Name);
    }

    [Fact]
    public void PlaintextFiles_AreGoneOnceTheSessionStands() => Assert.Empty(Directory.EnumerateFileSystemEntries(fixture.Worker.WeightsPath));

    private static string Describe(ModelInferResponse.Types.InferOutputTensor tensor) => $"{tensor.Name} {tensor.Datatype} {string.Join(',', tensor.Shape)}";

    private static string Describe(ModelMetadataResponse.Types.TensorMetadata tensor) => $"{tensor.Name} {tensor.Datatype} {string.Join(',', tensor.Shape)}";
}
