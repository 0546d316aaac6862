using Spectre.Console;
using TrustedServe.Cli.Hosting;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Demo;

/// <summary>Starts key broker, front end and workers, and shows each worker's way to its key.</summary>
internal static class ServingStep
{
    /// <summary>Runs it.</summary>
    public static async Task RunAsync(DemoContext context, QueueService? queue, CancellationToken cancellationToken)
    {
        context.Step("Start the key broker, the front end and a worker for each model", "Each worker proves what it is before it gets a key. This machine has no trust domain, so the evidence is SIMULATED: it shows the protocol and protects nothing. The broker accepts it only because this demonstration's policy says so, and only for the programs measured here.");
        var policy = context["policy.json"];
        var (functions, worker) = EmbeddedBroker.WriteInsecureLocalPolicy(policy);
        AnsiConsole.MarkupLine($"[grey]Policy rule 'insecure-local': worker {Report.Short(worker)}, front end {Report.Short(functions)}, nothing else.[/]");
        File.Copy(policy, Path.Combine(context.BrokerFolder, "policy.json"), overwrite: true);

        var settings = new Dictionary<string, string>();
        var secrets = new Dictionary<string, string>();
        queue?.Configure(settings, secrets);
        context.Stack = await LocalStack.StartAsync(
            new LocalStackOptions
            {
                Models = context.Store,
                BrokerFolder = context.BrokerFolder,
                InsecureSimulatedEvidence = true,
                Listen = "http://127.0.0.1:0",
                HealthListen = "http://127.0.0.1:0",
                Settings = settings,
                SecretSettings = secrets,
            },
            cancellationToken);
        AnsiConsole.MarkupLine($"[green]✓[/] key broker at {context.Stack.Broker} [grey](KBS protocol 0.4.0)[/]");

        var gate = new Lock();
        context.Stack.Functions.Logged += Show;
        var listening = await context.Stack.Functions.WaitForAsync(line => line.Id == LogIds.Listening, TimeSpan.FromSeconds(60), cancellationToken);
        context.FrontEnd = new Uri(listening["Url"]);
        context.Health = new Uri(listening["HealthUrl"]);
        var end = await context.Stack.Functions.WaitForAsync(
            line => line.Id == LogIds.Ready || (line.Id == LogIds.WorkerStep && line["Phase"].Equals("Failed", StringComparison.OrdinalIgnoreCase)),
            TimeSpan.FromSeconds(90),
            cancellationToken);
        context.Stack.Functions.Logged -= Show;
        context.Expect("both models ready after attestation", "ready", end.Id == LogIds.Ready ? "ready" : $"{end["Code"]} {end["Reason"]}", end.Id == LogIds.Ready);

        void Show(LogEvent line)
        {
            if (line.Id != 0 && StartProgress.Describe(line) is { } text)
            {
                lock (gate)
                {
                    AnsiConsole.MarkupLine(text);
                }
            }
        }
    }
}
