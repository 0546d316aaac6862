using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Bert;

/// <summary><c>bert SHAPE --output DIR [--text] [--seed N]</c>.</summary>
internal static class BertCommand
{
    private const ulong DefaultSeed = 20;

    /// <summary>Writes the package.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new CommandArguments(arguments);
        var (output, seed, text) = (options.Value("--output"), options.Value("--seed"), options.Flag("--text"));
        if (options.Rest is not [var name] || BertShape.Find(name) is not { } shape || output is null)
        {
            Console.Error.WriteLine("bert minilm|base|large|xl|tiny --output DIR [--text] [--seed N]");
            return 2;
        }

        var task = text ? ModelTask.TextClassification : ModelTask.Tensor;
        var package = await BertPackage.WriteAsync(shape, seed is null ? DefaultSeed : ulong.Parse(seed, null), task, output, CancellationToken.None);
        Console.WriteLine(Figures.Format($"{package.Manifest.Name} {package.Manifest.Version}, {package.Manifest.Files.Sum(file => file.Size) / 1e6:0} MB, in {output}"));
        return 0;
    }
}
