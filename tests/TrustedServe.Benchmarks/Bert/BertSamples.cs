using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Bert;

/// <summary>Rows for a generated BERT, as <c>model optimize --samples</c> reads them: inputs without expected outputs.</summary>
internal static class BertSamples
{
    // Short and long ones, as those of a publisher who took them from use.
    private static readonly int[] Lengths = [8, 16, 32, 64];

    /// <summary>A few of them, always the same.</summary>
    public static IEnumerable<string> Lines(BertShape shape, ModelTask task)
    {
        var noise = new SeededNoise(7);
        return Lengths.Select(tokens => task == ModelTask.TextClassification
            ? $$"""{"inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["{{BertVocabulary.Text(noise, shape.Vocabulary, tokens)}}"]}],"outputs":[]}"""
            : $$"""{"inputs":[{"name":"input_ids","datatype":"INT64","shape":[1,{{tokens}}],"data":[{{string.Join(',', Enumerable.Range(0, tokens).Select(_ => noise.Below(shape.Vocabulary)))}}]},{"name":"attention_mask","datatype":"INT64","shape":[1,{{tokens}}],"data":[{{string.Join(',', Enumerable.Repeat(1, tokens))}}]}],"outputs":[]}""");
    }
}
