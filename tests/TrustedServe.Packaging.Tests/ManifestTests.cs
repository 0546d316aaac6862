using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Packaging.Tests;

public sealed class ManifestTests
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Valid = $$"""
        {"formatVersion":1,"name":"langid","version":"1.2","task":"text-classification","graph":"model.onnx",
        "inputs":[{"name":"input_ids","datatype":"INT64","shape":[-1,-1]}],"outputs":[{"name":"logits","datatype":"FP32","shape":[-1,2]}],
        "precision":"fp32","maxBatch":8,"maxSequence":128,"labels":["da","de"],"tokenizer":{"vocabulary":"vocab.txt"},
        "warmup":[{"inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["hej"]}],"outputs":[{"name":"logits","datatype":"FP32","shape":[1,2],"data":[0.5,-1]}]}],
        "files":[{"path":"model.onnx","size":10,"digest":"{{Digest}}"},{"path":"vocab.txt","size":0,"digest":"{{Digest}}"}]}
        """;

    [Fact]
    public void Valid_manifest_reads_and_writes_the_same_bytes()
    {
        var manifest = Manifest.Parse(Encoding.UTF8.GetBytes(Valid));
        Assert.Equal(1e-3, manifest.Warmup[0].Tolerance);
        Assert.True(manifest.Tokenizer!.LowerCase);
        var bytes = manifest.ToUtf8();
        Assert.Equal(bytes, Manifest.Parse(bytes).ToUtf8());
        Assert.Contains("\"FP32\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Contains("\"text-classification\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "formatVersion", "2", "version 2" },
        { "formatVersion", "\"1\"", "formatVersion" },
        { "name", "\"\"", "name" },
        { "name", "\".x\"", "name" },
        { "name", "\"a/b\"", "name" },
        { "name", "null", "name" },
        { "version", "\"1.02\"", "version" },
        { "version", "\"1.2.3.4.5\"", "version" },
        { "version", "\"v1\"", "version" },
        { "task", "\"code\"", "task" },
        { "task", "\"tensor\"", "the task tensor has no labels" },
        { "graph", "\"other.onnx\"", "graph 'other.onnx' is not among the files" },
        { "inputs", "[]", "inputs has 0" },
        { "inputs", "[null]", "inputs holds null" },
        { "inputs/0/datatype", "\"FP99\"", "datatype" },
        { "inputs/0/datatype", "\"fp32\"", "datatype" },
        { "inputs/0/shape", "[1,1,1,1,1,1,1,1,1]", "9 dimensions" },
        { "inputs/0/shape", "[-2]", "under -1" },
        { "inputs/0/name", "\"\"", "inputs: the name" },
        { "outputs/0/shape", "[-1,3]", "2 labels, but the output has 3" },
        { "precision", "\"fp 32\"", "precision" },
        { "maxBatch", "0", "maxBatch" },
        { "engine", "{\"name\":\"other\",\"version\":\"1\",\"level\":\"extended\"}", "engine 'other'" },
        { "engine", "{\"name\":\"onnxruntime\",\"version\":\"1 2\",\"level\":\"extended\"}", "the engine's version" },
        { "engine", "{\"name\":\"onnxruntime\",\"version\":\"1\",\"level\":\"all\"}", "the engine's level" },
        { "engine", "{\"name\":\"onnxruntime\"}", "EngineSpec" },
        { "maxSequence", "null", "needs maxSequence" },
        { "maxSequence", "1", "maxSequence is 1" },
        { "batching", "{\"maxRows\":0}", "batching.maxRows is 0" },
        { "batching", "{\"maxTokens\":2000000}", "batching.maxTokens is 2000000" },
        { "batching", "{\"delayMilliseconds\":1001}", "batching.delayMilliseconds is 1001" },
        { "labels", "null", "a classifier needs labels" },
        { "labels", "[]", "labels has 0" },
        { "labels", "[null,\"x\"]", "label" },
        { "labels", "[\"a\\nb\",\"x\"]", "label" },
        { "tokenizer", "null", "needs a tokenizer" },
        { "tokenizer/vocabulary", "\"x.txt\"", "vocabulary 'x.txt' is not among" },
        { "warmup", "[null]", "warmup[0] is null" },
        { "warmup/0/tolerance", "-1", "tolerance" },
        { "warmup/0/inputs", "[]", "inputs is empty" },
        { "warmup/0/inputs/0/name", "\"image\"", "does not serve" },
        { "warmup/0/inputs/0/datatype", "\"FP32\"", "'text' is FP32" },
        { "warmup/0/inputs/0/shape", "[2]", "1 elements" },
        { "warmup/0/inputs/0/shape", "[-1]", "1 elements" },
        { "warmup/0/inputs/0/data", "[1]", "not BYTES" },
        { "warmup/0/outputs/0/shape", "[1,3]", "the model has [-1,2]" },
        { "warmup/0/outputs/0/shape", "[4611686018427387904,4611686018427387904]", "elements" },
        { "warmup/0/outputs/0/data", "[0.5,1e300]", "not FP32" },
        { "warmup/0/outputs/0/data", "[0.5,null]", "not FP32" },
        { "files", "[]", "files has 0" },
        { "files", "[null]", "files holds null" },
        { "files/1/path", "\"../vocab.txt\"", "../vocab.txt" },
        { "files/1/path", "\"/etc/passwd\"", "/etc/passwd" },
        { "files/1/path", "\"C:\\\\x\"", "relative path" },
        { "files/1/path", "\"a//b\"", "relative path" },
        { "files/1/path", "\"a/./b\"", "relative path" },
        { "files/1/path", "\"a/\"", "relative path" },
        { "files/1/path", "\"\"", "relative path" },
        { "files/1/path", "\".ssh\"", "relative path" },
        { "files/1/path", "\"vocäb.txt\"", "relative path" },
        { "files/1/path", "\"MODEL.onnx\"", "listed twice" },
        { "files/1/path", "\"manifest.json\"", "may not list itself" },
        { "files/1/path", "\"Manifest.JSON\"", "may not list itself" },
        { "files/1/path", "\"model.onnx/x\"", "both a file and a directory" },
        { "files/1/path", "\"manifest.json/x\"", "both a file and a directory" },
        { "files/1/size", "-1", "size -1" },
        { "files/1/size", "9223372036854775807", "more than" },
        { "files/1/digest", "\"ABC\"", "digest" },
        { "extra", "1", "extra" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Rejects_manifest(string place, string value, string named)
    {
        var root = JsonNode.Parse(Valid)!;
        var steps = place.Split('/');
        var node = steps[..^1].Aggregate(root, (at, step) => int.TryParse(step, out var index) ? at[index]! : at[step]!);
        node[steps[^1]] = JsonNode.Parse(value);
        var failure = Refusals.Expect("TSF1001", () => Manifest.Parse(Encoding.UTF8.GetBytes(root.ToJsonString())));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tensor", "[-1,-1]", true)]
    [InlineData("tensor", "[-1,128]", false)]
    [InlineData("tensor", "[-1]", false)]
    [InlineData("image-classification", "[-1,-1]", false)]
    public void Only_sequences_have_a_longest_one(string task, string shape, bool allowed)
    {
        var root = JsonNode.Parse(Valid)!;
        root["task"] = task;
        root["inputs"]![0]!["shape"] = JsonNode.Parse(shape);
        root["warmup"] = new JsonArray();
        root["tokenizer"] = null;
        if (task == "tensor")
        {
            root["labels"] = null;
        }

        var manifest = Encoding.UTF8.GetBytes(root.ToJsonString());
        if (allowed)
        {
            Assert.Equal(128, Manifest.Parse(manifest).MaxSequence);
            return;
        }

        Assert.Contains("maxSequence is for text classifiers", Refusals.Expect("TSF1001", () => Manifest.Parse(manifest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var text = Valid.Replace("\"langid\"", "\"../x\"").Replace("\"1.2\"", "\"x\"").Replace("\"maxBatch\":8", "\"maxBatch\":-8").Replace("\"size\":10", "\"size\":-10");
        var failure = Refusals.Expect("TSF1001", () => Manifest.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Contains("4 problem(s)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_of_size_count_and_depth_hold()
    {
        Refusals.Expect("TSF1001", () => Manifest.Parse(new byte[Manifest.MaxBytes + 1]));
        Refusals.Expect("TSF1001", () => Manifest.Parse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"inputs\":[", 100_000)))));
        var many = string.Join(',', Enumerable.Range(0, 1_001).Select(i => $$"""{"path":"f{{i}}","size":1,"digest":"{{Digest}}"}"""));
        var failure = Refusals.Expect("TSF1001", () => Manifest.Parse(Encoding.UTF8.GetBytes(Valid.Replace("\"files\":[", $"\"files\":[{many},"))));
        Assert.Contains("must have 1 to 1000", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Garbage_is_refused_with_a_code()
    {
        Gen.Byte.Array[0, 200].Sample(garbage => Refusals.Expect("TSF1001", () => Manifest.Parse(garbage)));
        var valid = Encoding.UTF8.GetBytes(Valid);
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte).Sample((place, value) =>
        {
            var changed = valid.ToArray();
            changed[place] = value;
            try
            {
                Manifest.Parse(changed);
            }
            catch (Protocol.Errors.TsfException failure)
            {
                Assert.Equal("TSF1001", failure.Code);
            }
        }, iter: 5_000);
    }

    [Theory]
    [InlineData("1", "1.0", 0)]
    [InlineData("1.2", "1.10", -1)]
    [InlineData("2", "1.999999999", 1)]
    [InlineData("1.0.0.1", "1", 1)]
    [InlineData("0", "0.0.0.0", 0)]
    public void Versions_compare_number_by_number(string left, string right, int expected)
    {
        Assert.Equal(expected, Math.Sign(ModelVersion.Compare(left, right)));
        Assert.Equal(-expected, Math.Sign(ModelVersion.Compare(right, left)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1.")]
    [InlineData("01")]
    [InlineData("1.1234567890")]
    [InlineData("1.2.3.4.5")]
    [InlineData("-1")]
    [InlineData("١")]
    public void Rejects_version(string? version) => Assert.False(ModelVersion.IsValid(version));
}
