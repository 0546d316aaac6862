using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Worker.Tests.Support;

/// <summary>Requests as clients write them, and reading of answers.</summary>
internal static class Requests
{
    public static ModelInferRequest Texts(params string[] texts) =>
        One("langid", "text", Datatype.Bytes, [texts.Length], Bytes([.. texts.Select(Encoding.UTF8.GetBytes)]));

    public static ModelInferRequest Images(params float[][] images) =>
        One("digits", "image", Datatype.Fp32, [images.Length, 1, 8, 8], Raw<float>([.. images.SelectMany(image => image)]));

    public static ModelInferRequest One(string model, string input, Datatype datatype, long[] shape, byte[] raw) =>
        new ModelInferRequest { ModelName = model }.With(input, datatype, shape, raw);

    public static ModelInferRequest With(this ModelInferRequest request, string input, Datatype datatype, long[] shape, byte[] raw)
    {
        var tensor = new ModelInferRequest.Types.InferInputTensor { Name = input, Datatype = datatype.Name() };
        tensor.Shape.AddRange(shape);
        request.Inputs.Add(tensor);
        request.RawInputContents.Add(ByteString.CopyFrom(raw));
        return request;
    }

    public static ModelInferRequest Asking(this ModelInferRequest request, params string[] outputs)
    {
        request.Outputs.AddRange(outputs.Select(name => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name }));
        return request;
    }

    public static ModelInferRequest With(this ModelInferRequest request, string parameter, InferParameter value)
    {
        request.Parameters.Add(parameter, value);
        return request;
    }

    public static byte[] Raw<T>(params T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    public static byte[] Bytes(params byte[][] elements) =>
        [.. elements.SelectMany(element => (byte[])[.. BitConverter.GetBytes((uint)element.Length), .. element])];

    public static float[] Floats(this ModelInferResponse response, string output) =>
        MemoryMarshal.Cast<byte, float>(response.RawOutputContents[response.Place(output)].Span).ToArray();

    public static string[] Strings(this ModelInferResponse response, string output)
    {
        var strings = new List<string>();
        for (var rest = response.RawOutputContents[response.Place(output)].Span; !rest.IsEmpty;)
        {
            var length = (int)BitConverter.ToUInt32(rest);
            strings.Add(Encoding.UTF8.GetString(rest.Slice(4, length)));
            rest = rest[(4 + length)..];
        }

        return [.. strings];
    }

    public static async Task<TsfException> RefusedAsync(this TestWorker worker, ModelInferRequest request)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await worker.Inference.ModelInferAsync(request));
        return RpcErrors.FromRpc(exception);
    }

    private static int Place(this ModelInferResponse response, string output)
    {
        var place = response.Outputs.Select(tensor => tensor.Name).ToList().IndexOf(output);
        Assert.True(place >= 0, $"The answer has no output {output}");
        return place;
    }
}
