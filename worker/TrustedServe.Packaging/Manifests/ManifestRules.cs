using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Packaging.Manifests;

/// <summary>All rules of a manifest. Every rule that is broken gives a problem; none hides another.</summary>
internal sealed class ManifestRules(Manifest manifest)
{
    private const int MaxFiles = 1_000;
    private const int MaxTensors = 256;
    private const int MaxLabels = 100_000;
    private const int MaxWarmupSamples = 64;

    // More would be a list that nobody reads, built from a document that nobody vouches for.
    private const int MaxProblems = 50;

    private readonly List<string> problems = [];

    public IReadOnlyList<string> Check()
    {
        Rule(manifest.FormatVersion == Manifest.CurrentFormat, () => $"formatVersion is {manifest.FormatVersion}, this program reads {Manifest.CurrentFormat}");
        Rule(ModelName.IsValid(manifest.Name), () => $"name {Quote(manifest.Name)} must be 1 to 64 letters, digits, '_', '-' or '.', starting with a letter or digit");
        Rule(ModelVersion.IsValid(manifest.Version), () => $"version {Quote(manifest.Version)} must be one to four dotted numbers without leading zeros");
        Rule(manifest.Precision is { Length: >= 1 and <= 16 } && manifest.Precision.All(char.IsAsciiLetterOrDigit), () => $"precision {Quote(manifest.Precision)} must be 1 to 16 letters and digits, such as fp32");
        Engine();
        Rule(manifest.MaxBatch is >= 1 and <= 65_536, () => $"maxBatch is {manifest.MaxBatch}, must be 1 to 65536");
        Batching();
        Files();
        Tensors(manifest.Inputs, "inputs");
        Tensors(manifest.Outputs, "outputs");
        Task();
        Warmup();
        return problems.Count <= MaxProblems ? problems : [.. problems.Take(MaxProblems), $"and {problems.Count - MaxProblems} more"];
    }

    private static string Quote(string? text) => text is null ? "null" : $"'{(text.Length <= 80 ? text : text[..80] + "…")}'";

    private void Rule(bool holds, Func<string> problem)
    {
        if (!holds)
        {
            problems.Add(problem());
        }
    }

    private void Batching()
    {
        if (manifest.Batching is { } batching)
        {
            Rule(batching.MaxRows is null or (>= 1 and <= 4096), () => $"batching.maxRows is {batching.MaxRows}, must be 1 to 4096");
            Rule(batching.MaxTokens is null or (>= 1 and <= 1 << 20), () => $"batching.maxTokens is {batching.MaxTokens}, must be 1 to {1 << 20}");
            Rule(batching.DelayMilliseconds is >= 0 and <= 1000, () => $"batching.delayMilliseconds is {batching.DelayMilliseconds}, must be 0 to 1000");
        }
    }

    private void Engine()
    {
        if (manifest.Engine is { } engine)
        {
            Rule(engine.Name == EngineSpec.OnnxRuntime, () => $"engine {Quote(engine.Name)} must be {EngineSpec.OnnxRuntime}");
            Rule(engine.Version is { Length: >= 1 and <= 32 } && engine.Version.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '+'), () => $"the engine's version {Quote(engine.Version)} must be 1 to 32 letters, digits, '.', '-' or '+'");
            Rule(engine.Level == EngineSpec.Extended, () => $"the engine's level {Quote(engine.Level)} must be {EngineSpec.Extended}");
        }
    }

    private void Files()
    {
        Rule(manifest.Files.Count is >= 1 and <= MaxFiles, () => $"files has {manifest.Files.Count} entries, must have 1 to {MaxFiles}");
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        UInt128 total = 0;
        foreach (var file in manifest.Files.Take(MaxFiles))
        {
            if (file is null)
            {
                problems.Add("files holds null");
                continue;
            }

            Rule(PackagePath.IsValid(file.Path), () => $"file {Quote(file.Path)} must be a relative path of letters, digits, '_', '-', '.' whose segments do not start with a dot");
            Rule(!string.Equals(file.Path, PackagePath.Manifest, StringComparison.OrdinalIgnoreCase), () => "the manifest may not list itself");
            Rule(seen.Add(file.Path), () => $"file {Quote(file.Path)} is listed twice (case is ignored)");
            Rule(file.Size >= 0, () => $"file {Quote(file.Path)} has the size {file.Size}");
            Rule(Hex.IsDigest(file.Digest), () => $"the digest of file {Quote(file.Path)} must be 64 lower-case hex digits");
            total += (ulong)Math.Max(file.Size, 0);
        }

        Rule(total <= Sealing.SegmentLayout.MaxPlaintext, () => $"the files have more than {Sealing.SegmentLayout.MaxPlaintext} bytes together");
        foreach (var path in seen.Where(path => path.Contains('/', StringComparison.Ordinal)))
        {
            for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                var parent = path[..slash];
                Rule(!seen.Contains(parent) && !parent.Equals(PackagePath.Manifest, StringComparison.OrdinalIgnoreCase), () => $"{Quote(parent)} is both a file and a directory");
            }
        }

        Listed(manifest.Graph, "graph");
    }

    private void Listed(string path, string member) =>
        Rule(manifest.Files.Any(file => file is not null && file.Path == path), () => $"{member} {Quote(path)} is not among the files");

    private void Tensors(IReadOnlyList<TensorSpec> tensors, string member)
    {
        Rule(tensors.Count is >= 1 and <= MaxTensors, () => $"{member} has {tensors.Count} entries, must have 1 to {MaxTensors}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors.Take(MaxTensors))
        {
            if (tensor is null)
            {
                problems.Add($"{member} holds null");
                continue;
            }

            Rule(tensor.Name.Length is >= 1 and <= 512 && !tensor.Name.Any(char.IsControl), () => $"{member}: the name {Quote(tensor.Name)} must be 1 to 512 printable characters");
            Rule(seen.Add(tensor.Name), () => $"{member}: {Quote(tensor.Name)} is listed twice");
            Rule(tensor.Shape.Count <= TensorShape.MaxRank, () => $"{member}: {Quote(tensor.Name)} has {tensor.Shape.Count} dimensions, at most {TensorShape.MaxRank} are allowed");
            Rule(tensor.Shape.All(dimension => dimension >= -1), () => $"{member}: {Quote(tensor.Name)} has a dimension under -1");
        }
    }

    private void Task()
    {
        var text = manifest.Task == ModelTask.TextClassification;
        Rule(manifest.Task == ModelTask.Tensor == manifest.Labels is null, () => manifest.Labels is null ? "a classifier needs labels" : "the task tensor has no labels");
        Rule(text == manifest.Tokenizer is not null, () => text ? "a text classifier needs a tokenizer" : "only a text classifier has a tokenizer");
        Rule(!text || manifest.MaxSequence is not null, () => "a text classifier needs maxSequence");
        Rule(text || manifest.MaxSequence is null || HasSequences(), () => "maxSequence is for text classifiers, and for the task tensor when an input's second dimension is open");
        Rule(manifest.MaxSequence is null or (>= 2 and <= 1 << 20), () => $"maxSequence is {manifest.MaxSequence}, must be 2 to {1 << 20}");
        Rule(manifest.Task != ModelTask.ImageClassification || manifest.Inputs.Count == 1, () => $"an image classifier has one input, this one {manifest.Inputs.Count}");
        if (manifest.Tokenizer is { } tokenizer)
        {
            Listed(tokenizer.Vocabulary, "the vocabulary");
        }

        if (manifest.Labels is { } labels)
        {
            Rule(labels.Count is >= 1 and <= MaxLabels, () => $"labels has {labels.Count} entries, must have 1 to {MaxLabels}");
            Rule(labels.All(label => label is { Length: >= 1 and <= 512 } && !label.Any(char.IsControl)), () => "every label must be 1 to 512 printable characters");
            if (manifest.Outputs is [{ Shape: [_, var classes] }])
            {
                Rule(classes == -1 || classes == labels.Count, () => $"there are {labels.Count} labels, but the output has {classes} columns");
            }
        }
    }

    private bool HasSequences() => manifest.Task == ModelTask.Tensor && manifest.Inputs.Any(input => input is { Shape: [_, -1, ..] });

    private void Warmup()
    {
        Rule(manifest.Warmup.Count <= MaxWarmupSamples, () => $"warmup has {manifest.Warmup.Count} samples, at most {MaxWarmupSamples} are allowed");
        var number = 0;
        foreach (var sample in manifest.Warmup.Take(MaxWarmupSamples))
        {
            problems.AddRange(new WarmupRules(manifest, sample, $"warmup[{number++}]").Check());
        }
    }
}
