using CsCheck;
using Google.Protobuf;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Graphs.Rules;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests.Graphs;

public sealed class GraphRulesTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData("langid")]
    [InlineData("digits")]
    public void Accepts_sample(string name)
    {
        var path = Path.Combine(Repository.Samples, name, "model.onnx");
        Assert.False(RunScales.AreShared(GraphRules.CheckFile(path)));
    }

    [Theory]
    [InlineData("Relu", "w", false)]
    [InlineData("QuantizeLinear", "w", false)]
    [InlineData("QuantizeLinear", "constant", false)]
    [InlineData("QuantizeLinear", "held", true)]
    [InlineData("MatMulInteger", "w", true)]
    [InlineData("DynamicQuantizeLinear", "w", true)]
    [InlineData("DynamicQuantizeMatMul", "w", true)]
    [InlineData("DynamicQuantizeLSTM", "w", true)]
    [InlineData("MeanVarianceNormalization", "w", true)]
    public void Finds_scales_of_a_whole_run_wherever_they_are_taken(string operation, string second, bool shared)
    {
        var taking = Node(operation, "", ["x", second], "taken");
        var inner = new GraphProto { Node = { taking } };
        var holder = new NodeProto { OpType = "If", Attribute = { new AttributeProto { Name = "then_branch", G = inner } } };
        Action<ModelProto>[] places =
        [
            model => model.Graph.Node.Add(taking),
            model => Inner(model).Node.Add(taking),
            model => model.Functions.Add(new FunctionProto { Name = "F", Node = { taking } }),
            model => model.Functions.Add(new FunctionProto { Name = "F", Node = { holder } }),
        ];
        Assert.All(places, place =>
        {
            var model = Valid();
            model.Graph.Node.Add(Node("Constant", "", [], "constant"));
            Assert.False(RunScales.AreShared(model));
            place(model);
            Assert.Equal(shared, RunScales.AreShared(model));
        });
    }

    public static TheoryData<string, string, Action<ModelProto>> Wrong => new()
    {
        { "TSF1034", "MatMul2", model => Last(model).OpType = "MatMul2" },
        { "TSF1034", "com.evil", model => Last(model).Domain = "com.evil" },
        { "TSF1034", "does not import", model => (Last(model).Domain, Last(model).OpType) = ("com.microsoft", "FusedMatMul") },
        { "TSF1034", "does not import", model => model.OpsetImport[0].Domain = "ai.onnx.ml" },
        { "TSF1034", "com.evil", model => Inner(model).Node.Add(Node("Foo", "com.evil", [], "z")) },
        { "TSF1030", "imported twice", model => model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx", Version = 9 }) },
        { "TSF1030", "version 0", model => model.OpsetImport[0].Version = 0 },
        { "TSF1030", "waits for itself", model => model.Graph.Node.Add([Node("Add", "", ["a", "y"], "b"), Node("Relu", "", ["b"], "a")]) },
        { "TSF1030", "waits for itself", model => Last(model).Input[0] = "y" },
        { "TSF1030", "waits for itself", model => Inner(model).Node.Add(Node("Relu", "", ["held"], "z")) },
        { "TSF1030", "'nowhere', which nothing gives", model => Last(model).Input[0] = "nowhere" },
        { "TSF1030", "'nowhere', which nothing gives", model => model.Graph.Output[0].Name = "nowhere" },
        { "TSF1030", "'nowhere', which nothing gives", model => Inner(model).Node.Add(Node("Relu", "", ["nowhere"], "z")) },
        { "TSF1030", "is given already", model => model.Graph.Node.Add(Node("Relu", "", ["x"], "y")) },
        { "TSF1030", "is given already", model => model.Graph.Input.Add(model.Graph.Input[0].Clone()) },
        { "TSF1030", "is given 2 times", model => model.Graph.Initializer.Add(model.Graph.Initializer[0].Clone()) },
        { "TSF1030", "has no name", model => model.Graph.Initializer.Add(new TensorProto { DataType = 1, Dims = { 0 } }) },
        { "TSF1030", "more than", model => model.Graph.Initializer[0].Dims[0] = 1L << 60 },
        { "TSF1030", "negative", model => model.Graph.Initializer[0].Dims[0] = -4 },
        { "TSF1030", "its shape and datatype make 36", model => model.Graph.Initializer[0].Dims[0] = 9 },
        { "TSF1030", "more than", model => Last(model).Attribute.Add(new AttributeProto { Name = "t", T = new TensorProto { Name = "huge", DataType = 1, Dims = { 1L << 60 } } }) },
        { "TSF1030", "more than", model => model.Graph.SparseInitializer.Add(new SparseTensorProto { Dims = { 1L << 60 }, Values = ToyModel.Raw("s", 1), Indices = ToyModel.Raw("i", 1) }) },
        { "TSF1030", "has no values", model => model.Graph.SparseInitializer.Add(new SparseTensorProto { Values = ToyModel.Raw("s", 1) }) },
        { "TSF1030", "calls itself", model => model.Functions.Add(new FunctionProto { Name = "F", Domain = "local", Output = { "o" }, Node = { Node("F", "local", [], "o") } }) },
        { "TSF1030", "defined twice", model => model.Functions.Add([new FunctionProto { Name = "F" }, new FunctionProto { Name = "F" }]) },
        { "TSF1034", "Foo", model => model.Functions.Add(new FunctionProto { Name = "F", OpsetImport = { new OperatorSetIdProto { Version = 14 } }, Node = { Node("Foo", "", [], "o") } }) },
        { "TSF1032", "symbolic link", model => External(model, "link.bin", 0, 8) },
        { "TSF1032", "out of the model's directory", model => External(model, "../w.bin", 0, 8) },
        { "TSF1032", "not a relative path", model => External(model, "/etc/passwd", 0, 8) },
        { "TSF1032", "is missing", model => External(model, "none.bin", 0, 8) },
        { "TSF1032", "ends before", model => External(model, "w.bin", 62, 8) },
        { "TSF1032", "share a part", model => External(model, "w.bin", 4, 8) },
        { "TSF1032", "of strings", model => model.Graph.Initializer.Add(new TensorProto { Name = "text", DataType = (int)DataType.String, DataLocation = DataLocation.External }) },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Wrong))]
    public void Rejects_graph(string code, string reason, Action<ModelProto> change)
    {
        File.WriteAllBytes(temporary["w.bin"], new byte[64]);
        File.CreateSymbolicLink(temporary["link.bin"], temporary["w.bin"]);
        var model = Valid();
        GraphRules.Check(model, temporary.Path);
        change(model);
        var failure = Assert.Throws<TsfException>(() => GraphRules.Check(model, temporary.Path));
        Assert.Equal(code, failure.Code);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        File.WriteAllBytes(temporary["model.onnx"], model.ToByteArray());
        Assert.Equal(code, Assert.Throws<TsfException>(() => GraphRules.CheckFile(temporary["model.onnx"])).Code);
    }

    [Fact]
    public void Graphs_in_graphs_end_after_a_few_levels()
    {
        var model = Valid();
        for (var depth = 0; depth < 20; depth++)
        {
            var outer = Valid();
            Last(outer).Attribute.Add(new AttributeProto { Name = "body", G = model.Graph });
            model = outer;
        }

        Assert.Contains("one inside the other", Assert.Throws<TsfException>(() => GraphRules.Check(model, temporary.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_in_any_order_and_shared_weights_are_accepted()
    {
        File.WriteAllBytes(temporary["w.bin"], new byte[64]);
        var model = Valid();
        model.Graph.Node.Insert(0, Node("Relu", "", ["y"], "late"));
        model.Graph.Initializer.Add([ToyModel.External("one", 2, ("location", "w.bin"), ("length", "8")), ToyModel.External("two", 2, ("location", "w.bin"), ("length", "8"))]);
        GraphRules.Check(model, temporary.Path);
    }

    [Fact]
    public void Names_are_shown_short_and_harmless()
    {
        var model = Valid();
        Last(model).Name = "\u001b[31m\n\u202e" + new string('x', 500);
        Last(model).OpType = "Foo";
        var message = Assert.Throws<TsfException>(() => GraphRules.Check(model, temporary.Path)).Message;
        Assert.DoesNotContain(message, letter => char.IsControl(letter) || letter == '\u202e');
        Assert.InRange(message.Length, 1, 300);
    }

    [Fact]
    public void Damaged_structure_never_crashes()
    {
        File.WriteAllBytes(temporary["w.bin"], new byte[64]);
        var model = Valid();
        External(model, "w.bin", 0, 8);
        model.Functions.Add(new FunctionProto { Name = "F", Domain = "local", Input = { "i" }, Output = { "o" }, OpsetImport = { new OperatorSetIdProto { Version = 14 } }, Node = { Node("Relu", "", ["i"], "o") } });
        model.Graph.Node.Add(Node("F", "local", ["y"], "z"));
        GraphRules.Check(model, temporary.Path);
        var whole = model.ToByteArray();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Sample((first, one, second, two) =>
        {
            var damaged = whole.ToArray();
            (damaged[first], damaged[second]) = (one, two);
            try
            {
                GraphRules.Check(OnnxFile.Read(new MemoryStream(damaged), "memory"), temporary.Path);
            }
            catch (TsfException failure)
            {
                Assert.StartsWith("TSF103", failure.Code, StringComparison.Ordinal);
                Assert.DoesNotContain(failure.Message, char.IsControl);
            }
        }, iter: 20_000);
    }

    private static ModelProto Valid()
    {
        var model = ToyModel.Create(ToyModel.Raw("w", 8));
        var inner = new GraphProto { Name = "inner", Node = { Node("Relu", "", ["x"], "inside") }, Output = { new ValueInfoProto { Name = "inside" } } };
        var holder = Node("If", "", ["x"], "held");
        holder.Attribute.Add(new AttributeProto { Name = "then_branch", G = inner });
        model.Graph.Node.Insert(0, holder);
        return model;
    }

    private static NodeProto Last(ModelProto model) => model.Graph.Node[^1];

    private static GraphProto Inner(ModelProto model) => model.Graph.Node[0].Attribute[0].G;

    private static NodeProto Node(string operation, string domain, string[] inputs, string output) => new() { OpType = operation, Domain = domain, Input = { inputs }, Output = { output } };

    private static void External(ModelProto model, string location, long offset, long length) => model.Graph.Initializer.Add(
    [
        ToyModel.External("first", 2, ("location", location), ("offset", $"{offset}"), ("length", $"{length}")),
        ToyModel.External("second", 2, ("location", "w.bin"), ("length", "8")),
    ]);
}
