using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Bert;

/// <summary>Rows for a generated BERT, as <c>model optimize --samples</c> reads them: inputs without expected outputs.</summary>
internal static class BertSamples
{
    private const int Rows = 4;
    private const int Tokens = 32;

    /// <summary>A few of them, always the same.</summary>
    public static IEnumerable<string> Lines(BertShape shape, ModelTask task)
    {
        var noise = new SeededNoise(7);
        var mask = string.Join(',', Enumerable.Repeat(1, Tokens));
        return Enumerable.Range(0, Rows).Select(_ => task == ModelTask.TextClassification
            ? $$"""{"inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["{{BertVocabulary.Text(noise, shape.Vocabulary, Tokens)}}"]}],"outputs":[]}"""
            : $$"""{"inputs":[{"name":"input_ids","datatype":"INT64","shape":[1,{{Tokens}}],"data":[{{string.Join(',', Enumerable.Range(0, Tokens).Select(_ => noise.Below(shape.Vocabulary)))}}]},{"name":"attention_mask","datatype":"INT64","shape":[1,{{Tokens}}],"data":[{{mask}}]}],"outputs":[]}""");
    }
}
