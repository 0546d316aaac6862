using System.CommandLine;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Cli.Commands;

/// <summary>How requests share a run of a model's graph: what is not stated stays as it is.</summary>
internal sealed class BatchingOptions
{
    private readonly Option<int?> rows = new("--batch-rows") { Description = "Most rows in one run of the graph, 1 to 4096; default: what the worker measured to be best." };
    private readonly Option<int?> tokens = new("--batch-tokens") { Description = "Most tokens in one run, padding included; a single row may have more." };
    private readonly Option<int?> delay = new("--batch-delay") { Description = "Milliseconds that a run with room left waits for more rows while a core is idle, 0 to 1000; default 0." };
    private readonly Option<bool?> merge = new("--merge") { Description = "Whether rows of different requests share a run: true or false; default: true, but of a model that quantises as it computes, where rows of a run touch each other's answers, only those of one API key, and none without API keys." };

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(rows);
        command.Options.Add(tokens);
        command.Options.Add(delay);
        command.Options.Add(merge);
    }

    /// <summary>What was typed, over what was stated before; null when neither says anything.</summary>
    public BatchingSpec? Read(ParseResult parsed, BatchingSpec? before)
    {
        if (parsed.GetValue(rows) is null && parsed.GetValue(tokens) is null && parsed.GetValue(delay) is null && parsed.GetValue(merge) is null)
        {
            return before;
        }

        before ??= new BatchingSpec();
        return before with
        {
            MaxRows = parsed.GetValue(rows) ?? before.MaxRows,
            MaxTokens = parsed.GetValue(tokens) ?? before.MaxTokens,
            DelayMilliseconds = parsed.GetValue(delay) ?? before.DelayMilliseconds,
            Merge = parsed.GetValue(merge) ?? before.Merge,
        };
    }
}
