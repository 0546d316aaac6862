using Google.Protobuf;
using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class BadInputTests(DigitsFixture fixture) : IClassFixture<DigitsFixture>
{
    private static readonly float[] Image = new float[64];

    public static TheoryData<string, string> Requests { get; } = new()
    {
        { "unknown model", "TSF4003" },
        { "unknown version", "TSF4004" },
        { "unknown input", "TSF4005" },
        { "missing input", "TSF4005" },
        { "input twice", "TSF4005" },
        { "unknown output", "TSF4006" },
        { "output twice", "TSF4006" },
        { "unknown datatype", "TSF4002" },
        { "other datatype", "TSF4002" },
        { "other shape", "TSF4002" },
        { "other rank", "TSF4002" },
        { "rank of 100,000", "TSF4002" },
        { "negative dimension", "TSF4002" },
        { "product that overflows", "TSF4002" },
        { "no rows", "TSF4002" },
        { "too many rows", "TSF4013" },
        { "a byte too few", "TSF4002" },
        { "a byte too many", "TSF4002" },
        { "no data", "TSF4002" },
        { "raw and typed data", "TSF4002" },
        { "raw data for another number of inputs", "TSF4002" },
        { "top_k of zero", "TSF4001" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Rejects_WithCodeAndReason_AndTheNextCallerIsServed(string what, string code)
    {
        var refused = await fixture.Worker.RefusedAsync(Make(what));
        Assert.Equal(code, refused.Code);
        Assert.NotEmpty(refused.Message);
        Assert.Equal("0", (await fixture.Worker.Inference.ModelInferAsync(Support.Requests.Images(fixture.Zero))).Strings("labels")[0]);
    }

    [Fact]
    public async Task Rejects_AMessageOverTheLimit()
    {
        var request = Support.Requests.One("digits", "image", Datatype.Fp32, [1], new byte[fixture.Worker.Config.MaxMessageBytes + 1]);
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await fixture.Worker.Inference.ModelInferAsync(request));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Equal(TsfErrors.BodyTooLarge, RpcErrors.FromRpc(exception).Error);
    }

    [Fact]
    public async Task Accepts_NotANumberAndInfinity()
    {
        var image = new float[64];
        (image[0], image[1], image[2]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        var answer = await fixture.Worker.Inference.ModelInferAsync(Support.Requests.Images(image));
        Assert.Equal(10, answer.Floats("logits").Length);
    }

    [Fact]
    public async Task Refusals_DoNotEchoWhatTheCallerSent()
    {
        var request = Support.Requests.One("digits", "secret-of-the-caller", Datatype.Fp32, [1, 1, 8, 8], new byte[256]);
        Assert.DoesNotContain("secret", (await fixture.Worker.RefusedAsync(request)).Message, StringComparison.Ordinal);
    }

    private static ModelInferRequest Make(string what)
    {
        var request = Support.Requests.Images(Image);
        var input = request.Inputs[0];
        switch (what)
        {
            case "unknown model":
                request.ModelName = "letters";
                break;
            case "unknown version":
                request.ModelVersion = "2";
                break;
            case "unknown input":
                input.Name = "picture";
                break;
            case "missing input":
                request.Inputs.Clear();
                request.RawInputContents.Clear();
                break;
            case "input twice":
                request.With("image", Datatype.Fp32, [1, 1, 8, 8], new byte[256]);
                break;
            case "unknown output":
                request.Asking("labels", "embedding");
                break;
            case "output twice":
                request.Asking("labels", "labels");
                break;
            case "unknown datatype":
                input.Datatype = "fp32";
                break;
            case "other datatype":
                input.Datatype = "INT32";
                break;
            case "other shape":
                input.Shape[3] = 9;
                break;
            case "other rank":
                input.Shape.RemoveAt(1);
                break;
            case "rank of 100,000":
                input.Shape.AddRange(Enumerable.Repeat(1L, 100_000));
                break;
            case "negative dimension":
                input.Shape[0] = -1;
                break;
            case "product that overflows":
                input.Shape[0] = long.MaxValue;
                break;
            case "no rows":
                input.Shape[0] = 0;
                request.RawInputContents[0] = ByteString.Empty;
                break;
            case "too many rows":
                request = Support.Requests.Images([.. Enumerable.Repeat(Image, 33)]);
                break;
            case "a byte too few":
                request.RawInputContents[0] = ByteString.CopyFrom(new byte[255]);
                break;
            case "a byte too many":
                request.RawInputContents[0] = ByteString.CopyFrom(new byte[257]);
                break;
            case "no data":
                request.RawInputContents.Clear();
                break;
            case "raw and typed data":
                input.Contents = new InferTensorContents { Fp32Contents = { Image } };
                break;
            case "raw data for another number of inputs":
                request.RawInputContents.Add(ByteString.Empty);
                break;
            case "top_k of zero":
                request.With("top_k", new InferParameter { Int64Param = 0 });
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what));
        }

        return request;
    }
}
