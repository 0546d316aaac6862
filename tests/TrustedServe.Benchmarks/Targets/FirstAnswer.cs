using TrustedServe.Benchmarks.Engine;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>What a large FP32 model takes from its unsealed plaintext to its first answer.</summary>
internal sealed class FirstAnswer : ITarget
{
    private const int Tokens = 128;

    /// <inheritdoc/>
    public string Name => "first-answer";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var model = await context.BertAsync(context.Large, ModelTask.Tensor, cancellationToken);
        var call = EngineCall.Singles(Tokens, model.Shape!.Vocabulary)[0];
        var (after, unsealing, mapped, prepacked) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < context.Rounds; round++)
        {
            await using (var served = await ServedModel.StartAsync(context, model, authorised: false, cancellationToken, firstTokens: Tokens))
            {
                var unsealed = served.Timeline.Steps.Single(step => step.Name == "unseal");
                unsealing.Add(unsealed.End - unsealed.Begin);
                after.Add(served.FirstAnswer.TotalSeconds - unsealed.End);
            }

            mapped.Add(EngineLoop.FirstAnswer(model.Graph, call, mapped: true));
            prepacked.Add(EngineLoop.FirstAnswer(model.Graph, call, mapped: false));
        }

        return
        [
            TargetRow.AtMost("first answer after unsealing, s", 1.5, after,
                Figures.Format($"{model.Shape!.Name}, {model.Bytes / 1e6:0} MB of FP32, whose unsealing took {Figures.Median(unsealing):0.00} s; asked when the front end listened; the answer itself, {Tokens} tokens, is in it: the engine alone, without warm-up samples and with nothing beside it, takes {Figures.Median(mapped):0.00} s to it on mapped weights and all cores, {Figures.Median(prepacked):0.00} s on prepacked ones; a sample of 8 tokens comes before it, those of 16 to 64 after")),
        ];
    }
}
