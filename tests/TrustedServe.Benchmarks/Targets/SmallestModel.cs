using TrustedServe.Benchmarks.PlainKestrel;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Cli.Bench.Load;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>Requests per second of the smallest model ÷ what the Azure Functions host does with a hello world.</summary>
/// <remarks>
/// The host cannot be run here. It was recorded on another machine as a share of what Kestrel alone did there; Kestrel alone is
/// measured here too, in the same rounds, and stands for the difference between the machines.
/// </remarks>
internal sealed class SmallestModel : ITarget
{
    // Recorded with 2 connections: the most of each way of writing the function, the least of Kestrel alone.
    private const double RecordedKestrel = 37_900;
    private const double HostRequest = 3_350;
    private const double HostAspNet = 2_116;
    private const int Connections = 2;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name => "digits";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var model = await context.SampleAsync("digits", "image-classification");
        await using var served = await ServedModel.StartAsync(context, model, authorised: false, cancellationToken);
        var requests = served.Rows(Path.Combine(Repository.Samples, "digits", "heldout.jsonl"));
        var (process, address) = await PlainServer.StartAsync(cancellationToken);
        await using var kestrel = process;
        IReadOnlyList<PreparedRequest> hello = [PreparedRequest.Post(address, "/", null, "{}", 1, 0)];
        await served.SettleAsync(requests, context.Settling, cancellationToken);
        var rounds = await Rounds.MeasureAsync(
            context,
            async () => (await served.LoadAsync(requests, context.SmallRound, cancellationToken, Connections)).RequestsPerSecond,
            async () => (await LoadGenerator.RunAsync(new LoadPlan { Address = address, Requests = hello, Connections = Connections, WarmUp = WarmUp, Duration = context.SmallRound }, cancellationToken)).RequestsPerSecond);
        return [Row("HttpRequestData, the faster way", HostRequest), Row("ASP.NET Core, the usual way", HostAspNet)];

        TargetRow Row(string way, double host) => TargetRow.AtLeast(
            $"digits requests/s ÷ Azure Functions host, {way}", 3, [.. rounds.Ratios.Select(ratio => ratio / (host / RecordedKestrel))],
            $"({rounds.Middles("requests/s")}, digits ÷ Kestrel alone, {Connections} connections, after {context.Settling.TotalSeconds:0} s of load) ÷ (the host's hello world ÷ Kestrel alone, recorded earlier: {host:0} ÷ {RecordedKestrel:0})");
    }
}
