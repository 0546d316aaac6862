using System.Globalization;
using System.Text.RegularExpressions;
using TrustedServe.Benchmarks.Serving;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>The figure of <c>unseal</c>: unsealing ÷ decrypting and writing the same bytes with nothing around it.</summary>
internal sealed partial class Unsealing : ITarget
{
    /// <inheritdoc/>
    public string Name => "unseal";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var mebibytes = context.Quick ? 256 : 1024;
        var console = Console.Out;
        using var printed = new StringWriter(CultureInfo.InvariantCulture);
        Console.SetOut(printed);
        try
        {
            await SealingFigures.RunAsync(mebibytes);
        }
        finally
        {
            Console.SetOut(console);
        }

        var (share, digests) = (Share().Match(printed.ToString()), DigestsAlone().Match(printed.ToString()));
        return share.Success && digests.Success
            ? [TargetRow.AtLeast("unsealing ÷ decrypting and writing", 0.8, [double.Parse(share.Groups[1].Value, CultureInfo.InvariantCulture) / 100], $"{mebibytes} MiB on all cores to tmpfs, every digest checked; medians of five interleaved rounds. The platform's SHA-256 of the plaintext, and nothing else, beside decrypting and writing: {digests.Groups[1].Value} %")]
            : [TargetRow.Missing("unsealing ÷ decrypting and writing", "≥ 0.8", "'unseal' printed no share")];
    }

    [GeneratedRegex(@"^unseal .*?([0-9]+) ?%", RegexOptions.Multiline)]
    private static partial Regex Share();

    [GeneratedRegex(@"^the same and SHA-256 .*?([0-9]+) ?%", RegexOptions.Multiline)]
    private static partial Regex DigestsAlone();
}
