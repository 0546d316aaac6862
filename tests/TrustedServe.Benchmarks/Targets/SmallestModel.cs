using TrustedServe.Benchmarks.Serving;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>Requests per second of the smallest model ÷ what the Azure Functions host does with a hello world.</summary>
internal sealed class SmallestModel : ITarget
{
    // Recorded on a machine of this kind with 2 connections, two ways of writing the function, least and most of each.
    private const double HostRequestMost = 3_350;
    private const double HostAspNetMost = 2_116;
    private const int Connections = 2;

    /// <inheritdoc/>
    public string Name => "digits";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var model = await context.SampleAsync("digits", "image-classification");
        await using var served = await ServedModel.StartAsync(context, model, authorised: false, cancellationToken);
        var requests = served.Rows(Path.Combine(Repository.Samples, "digits", "heldout.jsonl"));
        await served.LoadAsync(requests, context.SmallRound, cancellationToken, Connections);
        var rates = new List<double>();
        for (var round = 0; round < context.Rounds; round++)
        {
            rates.Add((await served.LoadAsync(requests, context.SmallRound, cancellationToken, Connections)).RequestsPerSecond);
        }

        return
        [
            TargetRow.AtLeast("digits requests/s ÷ Azure Functions host", 3, [.. rates.Select(rate => rate / HostRequestMost)], Compared(HostRequestMost, "HttpRequestData, the faster way")),
            TargetRow.AtLeast("digits requests/s ÷ Azure Functions host with ASP.NET Core", 3, [.. rates.Select(rate => rate / HostAspNetMost)], Compared(HostAspNetMost, "the usual way")),
        ];

        string Compared(double host, string way) => Figures.Format($"{Figures.Median(rates):0} requests/s, {Connections} connections ÷ {host:0}, the best that was recorded of its hello world ({way}); recorded earlier, not side by side");
    }
}
