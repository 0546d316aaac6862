using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using TrustedServe.Functions.Inference.Json;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Tests.Inference;

public sealed class InferRequestReaderTests
{
    private const long RawLimit = 1 << 20;

    [Fact]
    public void Tensor_that_would_be_too_large_is_refused_before_it_is_made()
    {
        // Two characters a number, eight bytes each.
        var text = $$"""{"inputs":[{"name":"x","datatype":"FP64","shape":[200000],"data":[{{string.Join(',', Enumerable.Repeat("1", 200_000))}}]}]}""";
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("TSF4007", Refusal(Encoding.UTF8.GetBytes(text)).Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Shape_that_promises_more_than_the_text_holds_allocates_nothing()
    {
        var text = """{"inputs":[{"name":"x","datatype":"FP64","shape":[1099511627776],"data":[1]}]}"""u8.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("TSF4002", Refusal(text).Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
    }

    [Fact]
    public void Texts_that_a_shape_promises_reserve_nothing()
    {
        var text = Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x","datatype":"BYTES","shape":[100000],"data":["a"]}],"id":"{{new string('i', 200_000)}}"}""");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("TSF4002", Refusal(text).Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);
    }

    [Theory]
    [InlineData("FP64", "1,1,1,1", 4, 32)]
    [InlineData("BYTES", "\"abcd\",\"\",\"ef\"", 3, 18)]
    public void Limit_is_one_for_all_inputs(string datatype, string data, int count, int bytes)
    {
        string Input(string name) => $$"""{"name":"{{name}}","datatype":"{{datatype}}","shape":[{{count}}],"data":[{{data}}]}""";
        var two = Encoding.UTF8.GetBytes($$"""{"inputs":[{{Input("x")}},{{Input("y")}}]}""");
        Assert.Equal(2, InferRequestReader.Read(two, 2 * bytes).RawInputContents.Count);
        Assert.Equal("TSF4007", Assert.Throws<TsfException>(() => InferRequestReader.Read(two, (2 * bytes) - 1)).Code);
    }

    [Theory]
    [InlineData("FP64", "1")]
    [InlineData("BYTES", "\"some text that is longer than what is foreseen for one\"")]
    public void Memory_is_asked_for_before_it_is_taken(string datatype, string element)
    {
        const int Elements = 10_000;
        var text = Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"x","datatype":"{{datatype}}","shape":[{{Elements}}],"data":[{{string.Join(',', Enumerable.Repeat(element, Elements))}}]}]}""");
        long reserved = 0;
        var request = InferRequestReader.Read(text, RawLimit, bytes => reserved += bytes);
        Assert.InRange(reserved, request.RawInputContents[0].Length, 3L * request.RawInputContents[0].Length);

        var refusal = Assert.Throws<TsfException>(() => InferRequestReader.Read(text, RawLimit, _ => throw TsfErrors.Overloaded.With("No memory.")));
        Assert.Equal("TSF4012", refusal.Code);
    }

    [Fact]
    public void Numbers_round_trip_bit_by_bit()
    {
        RoundTrips(Gen.Float.Where(float.IsFinite), "FP32", sizeof(float), value => value.ToString("R", CultureInfo.InvariantCulture));
        RoundTrips(Gen.Double.Where(double.IsFinite), "FP64", sizeof(double), value => value.ToString("R", CultureInfo.InvariantCulture));
        RoundTrips(Gen.Long, "INT64", sizeof(long), value => value.ToString(CultureInfo.InvariantCulture));
        RoundTrips(Gen.ULong, "UINT64", sizeof(ulong), value => value.ToString(CultureInfo.InvariantCulture));
        RoundTrips(Gen.Short, "INT16", sizeof(short), value => value.ToString(CultureInfo.InvariantCulture));
        RoundTrips(Gen.SByte, "INT8", sizeof(sbyte), value => value.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Texts_round_trip() => Gen.String.Array[0, 20].Sample(texts =>
    {
        texts = [.. texts.Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)))];
        var data = JsonSerializer.Serialize(texts);
        var request = Parse($$"""{"inputs":[{"name":"x","datatype":"BYTES","shape":[{{texts.Length}}],"data":{{data}}}]}""");
        Assert.Equal(texts, JsonSerializer.Deserialize<string[]>(Write(request.RawInputContents[0].Span, Datatype.Bytes)));
    });

    [Fact]
    public void Nested_and_flat_data_are_the_same() => Gen.Int[0, 4].Array[1, 4].Sample(shape =>
    {
        var count = shape.Aggregate(1, (product, dimension) => product * dimension);
        var next = 0;
        var nested = Nest(shape, ref next);
        var flat = $"[{string.Join(',', Enumerable.Range(0, count))}]";
        var bytes = new[] { nested, flat }.Select(data => Parse(
            $$"""{"inputs":[{"name":"x","datatype":"INT32","shape":[{{string.Join(',', shape)}}],"data":{{data}}}]}""").RawInputContents[0]).ToList();
        Assert.Equal(bytes[0], bytes[1]);
        Assert.Equal(count * sizeof(int), bytes[0].Length);
    });

    [Fact]
    public void Any_change_to_a_request_gives_a_request_or_a_refusal()
    {
        var good = """{"id":"a","parameters":{"p":1.5},"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2],[3,4e1]]},{"name":"t","datatype":"BYTES","data":["a\n","\u00e4"],"shape":[2]}],"outputs":[{"name":"y"}]}"""u8.ToArray();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.OneOf(Gen.Byte, Gen.OneOf("[]{},:\"0-.eE\\"u8.ToArray())), Gen.Int[0, 2]).Array[1, 3].Sample(changes =>
        {
            var bytes = good.ToList();
            foreach (var (place, value, kind) in changes)
            {
                var index = Math.Min(place, bytes.Count - 1);
                switch (kind)
                {
                    case 0:
                        bytes[index] = value;
                        break;
                    case 1:
                        bytes.Insert(index, value);
                        break;
                    default:
                        bytes.RemoveAt(index);
                        break;
                }
            }

            ReadOrRefuse([.. bytes]);
        });
    }

    [Fact]
    public void Any_bytes_give_a_request_or_a_refusal() => Gen.Byte.Array[0, 200].Sample(ReadOrRefuse);

    private static void ReadOrRefuse(byte[] bytes)
    {
        try
        {
            InferRequestReader.Read(bytes, RawLimit);
        }
        catch (TsfException refusal)
        {
            Assert.Contains(refusal.Code, new[] { "TSF4001", "TSF4002", "TSF4007" });
        }
    }

    private static void RoundTrips<T>(Gen<T> values, string datatype, int size, Func<T, string> text) => values.Array[0, 50].Sample(elements =>
    {
        var request = Parse($$"""{"inputs":[{"name":"x","datatype":"{{datatype}}","shape":[{{elements.Length}}],"data":[{{string.Join(',', elements.Select(text))}}]}]}""");
        var raw = request.RawInputContents[0];
        Assert.Equal(elements.Length * size, raw.Length);
        DatatypeNames.TryParse(datatype, out var parsed);
        var again = Parse($$"""{"inputs":[{"name":"x","datatype":"{{datatype}}","shape":[{{elements.Length}}],"data":{{Write(raw.Span, parsed)}}}]}""");
        Assert.Equal(raw, again.RawInputContents[0]);
    });

    private static string Nest(ReadOnlySpan<int> shape, ref int next)
    {
        var parts = new List<string>();
        for (var i = 0; i < shape[0]; i++)
        {
            parts.Add(shape.Length == 1 ? next++.ToString(CultureInfo.InvariantCulture) : Nest(shape[1..], ref next));
        }

        return $"[{string.Join(',', parts)}]";
    }

    private static string Write(ReadOnlySpan<byte> raw, Datatype datatype)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            TensorJsonWriter.WriteFlat(writer, "x", datatype, raw);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static ModelInferRequest Parse(string text) => InferRequestReader.Read(Encoding.UTF8.GetBytes(text), RawLimit);

    private static TsfException Refusal(byte[] text) => Assert.Throws<TsfException>(() => InferRequestReader.Read(text, RawLimit));
}
