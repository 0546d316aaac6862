using TrustedServe.Cli.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Demo;

/// <summary>One of the two models that were trained for this project and travel with it.</summary>
internal sealed class SampleModel
{
    private SampleModel(string name, string explanation, ModelTask task)
    {
        Name = name;
        Explanation = explanation;
        Task = task;
        Labels = File.ReadAllLines(this["labels.txt"]);
        Rows = SampleRow.Read(this["heldout.jsonl"]);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it does, for people.</summary>
    public string Explanation { get; }

    /// <summary>Its task.</summary>
    public ModelTask Task { get; }

    /// <summary>Its labels, in the order of the logits.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Rows that it was not trained on.</summary>
    public IReadOnlyList<SampleRow> Rows { get; }

    /// <summary>A file of the sample.</summary>
    public string this[string file] => Path.Combine(Folder, Name, file);

    /// <summary>Where the samples lie: beside the program.</summary>
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "samples") is var folder && Directory.Exists(folder)
        ? folder
        : throw TsfErrors.FileUnreadable.With($"The sample models are not at {folder}.");

    /// <summary>Names the language of a sentence.</summary>
    public static SampleModel Langid() => new("langid", "names the language of a sentence", ModelTask.TextClassification);

    /// <summary>Reads a handwritten digit.</summary>
    public static SampleModel Digits() => new("digits", "reads a handwritten digit", ModelTask.ImageClassification);

    /// <summary>Two held-out rows as warm-up, with the outputs that the training framework gave.</summary>
    public IReadOnlyList<WarmupSample> Warmup() => WarmupRows.Read(this["heldout.jsonl"], this["model.onnx"], count: 2);
}
