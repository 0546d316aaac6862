using System.CommandLine;
using TrustedServe.Cli.Bench.ColdStart;
using TrustedServe.Cli.Bench.Drawing;
using TrustedServe.Cli.Bench.Load;
using TrustedServe.Cli.Bench.Requests;
using TrustedServe.Cli.Commands;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Bench;

/// <summary><c>trustedserve bench</c>: load on a front end that runs, or on one that it starts itself.</summary>
internal static class BenchCommand
{
    private const double MaxSeconds = 3_600;
    private const double MaxRate = 1_000_000;
    private const int MaxRowsInRequest = 1_024;

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var stack = new StackOptions();
        var model = new Option<string>("--model") { Description = "The model to ask. Required." };
        var url = new Option<string?>("--url") { Description = "Address of a front end that runs: http, since the generator speaks plain sockets." };
        var key = new Option<string?>("--api-key-from-env") { Description = "Name of an environment variable that holds the API key." };
        var connections = new Option<int>("--connections") { Description = $"Connections, 1 to {LoadPlan.MaxConnections}; with --rate the most requests in flight. Default: 2, or 128 with --rate." };
        var rate = new Option<double?>("--rate") { Description = "Open loop: requests per second, whatever the answers do. Without it each connection sends when it has its answer." };
        var duration = new Option<double>("--duration") { Description = "Seconds that count.", DefaultValueFactory = _ => 10 };
        var warmUp = new Option<double>("--warm-up") { Description = "Seconds before anything counts.", DefaultValueFactory = _ => 2 };
        var timeout = new Option<double>("--timeout") { Description = "Seconds that an answer may take.", DefaultValueFactory = _ => 30 };
        var rows = new Option<string?>("--rows") { Description = "JSON lines to send: {\"text\"}, {\"image\"} or whole requests with inputs. Without it texts are invented." };
        var lengths = new Option<string>("--lengths") { Description = "Tokens of invented texts with weights: 16:3,64:1, or 'realistic' (8 to 128, mostly short).", DefaultValueFactory = _ => "realistic" };
        var vocabulary = new Option<string?>("--vocabulary") { Description = "WordPiece vocabulary whose whole words the texts are made of, so that lengths are exact." };
        var batch = new Option<int>("--batch") { Description = "Invented texts in a request.", DefaultValueFactory = _ => 1 };
        var seed = new Option<int>("--seed") { Description = "Of texts, lengths and arrivals.", DefaultValueFactory = _ => 1 };
        var svg = new Option<string?>("--svg") { Description = "File for a drawing: latency by percentile, answers per second over time." };
        var json = CommonOptions.Json();
        var command = new Command("bench", "Measure requests per second and latency of a served model.")
        {
            model, url, key, connections, rate, duration, warmUp, timeout, rows, lengths, vocabulary, batch, seed, svg, json, ColdStartCommand.Create(),
        };
        stack.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(model) ?? throw TsfErrors.Usage.With("--model is missing: the model to ask.");
            if (parsed.GetValue(url) is null != stack.IsWanted(parsed))
            {
                throw TsfErrors.Usage.With("Give either --url, the address of a front end that runs, or --models, a store to start one from.");
            }

            var open = parsed.GetValue(rate) is { } perSecond ? Within("--rate", perSecond, 0.01, MaxRate) : (double?)null;
            var plan = new LoadPlan
            {
                Address = parsed.GetValue(url) is { } text ? Address(text) : new Uri("http://127.0.0.1"),
                Requests = [],
                Connections = (int)Within("--connections", parsed.GetValue(connections) is > 0 and var given ? given : open is null ? 2 : 128, 1, LoadPlan.MaxConnections),
                Rate = open,
                WarmUp = TimeSpan.FromSeconds(Within("--warm-up", parsed.GetValue(warmUp), 0, MaxSeconds)),
                Duration = TimeSpan.FromSeconds(Within("--duration", parsed.GetValue(duration), 0.1, MaxSeconds)),
                Timeout = TimeSpan.FromSeconds(Within("--timeout", parsed.GetValue(timeout), 0.01, MaxSeconds)),
                Seed = parsed.GetValue(seed),
            };
            if (plan.Rate * (plan.WarmUp + plan.Duration).TotalSeconds > LoadPlan.MaxArrivals)
            {
                throw TsfErrors.Usage.With($"--rate and --duration make more than {LoadPlan.MaxArrivals} requests.");
            }

            await using var started = stack.IsWanted(parsed) ? await BenchStack.StartAsync(stack.Read(parsed), null, cancellationToken) : null;
            plan = plan with { Address = started?.Address ?? plan.Address };
            var mix = new RequestMix(plan.Address, name, ServeCommand.FromEnvironment(parsed.GetValue(key)));
            var requests = parsed.GetValue(rows) is { } file
                ? mix.FromRows(file)
                : mix.FromTexts(
                    LengthDistribution.Parse(parsed.GetValue(lengths)!),
                    parsed.GetValue(vocabulary) is { } words ? WordList.FromVocabulary(words) : WordList.English,
                    (int)Within("--batch", parsed.GetValue(batch), 1, MaxRowsInRequest),
                    plan.Seed);
            var result = await LoadGenerator.RunAsync(plan with { Requests = requests }, cancellationToken);
            if (parsed.GetValue(svg) is { } drawing)
            {
                await File.WriteAllTextAsync(drawing, LoadPlot.Draw(result, BenchReport.Title(name, result)), cancellationToken);
            }

            BenchReport.Print(parsed.GetValue(json), name, result);
            return result.Latency.Count > 0 ? 0 : 1;
        });
        return command;
    }

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http", PathAndQuery: "/" }
        ? address
        : throw TsfErrors.Usage.With($"--url takes an address such as http://127.0.0.1:8080, not '{text}'.");

    private static double Within(string option, double value, double least, double most) => value >= least && value <= most
        ? value
        : throw TsfErrors.Usage.With(FormattableString.Invariant($"{option} is a number from {least} to {most}, not {value}."));
}
