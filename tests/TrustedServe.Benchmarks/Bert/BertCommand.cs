using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Bert;

/// <summary><c>bert SHAPE --output DIR [--text] [--seed N]</c>.</summary>
internal static class BertCommand
{
    private const ulong DefaultSeed = 20;

    /// <summary>Writes the package.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var output = Value("--output");
        if (arguments is not [var name, ..] || BertShape.Find(name) is not { } shape || output is null)
        {
            Console.Error.WriteLine("bert minilm|base|large|tiny --output DIR [--text] [--seed N]");
            return 2;
        }

        var seed = Value("--seed") is { } text ? ulong.Parse(text, null) : DefaultSeed;
        var task = arguments.Contains("--text") ? ModelTask.TextClassification : ModelTask.Tensor;
        var package = await BertPackage.WriteAsync(shape, seed, task, output, CancellationToken.None);
        Console.WriteLine(Figures.Format($"{package.Manifest.Name} {package.Manifest.Version}, {package.Manifest.Files.Sum(file => file.Size) / 1e6:0} MB, in {output}"));
        return 0;

        string? Value(string option) => Array.IndexOf(arguments, option) is >= 0 and var place && place + 1 < arguments.Length ? arguments[place + 1] : null;
    }
}
