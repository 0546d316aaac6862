using System.CommandLine;
using Spectre.Console;
using TrustedServe.Cli.Demo;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve demo</c>: the whole path on this machine, explained step by step.</summary>
internal static class DemoCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "End after the last step instead of waiting for Ctrl+C; the exit code is 1 if anything was not as expected." };
        var command = new Command("demo", "Show the whole path on this machine: seal two models, serve them, try to break in, score a batch. Uses simulated evidence (insecure) and says so.") { once };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(once), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool once, CancellationToken cancellationToken)
    {
        // The storage emulator installs itself the first time; that runs beside the sealing.
        var starting = QueueService.TryStartAsync(cancellationToken);
        await using var context = new DemoContext();
        using var publisher = new Publisher();
        await SealingStep.RunAsync(context, publisher, cancellationToken);
        if (!starting.IsCompleted)
        {
            AnsiConsole.MarkupLine("[grey]Waiting for the storage emulator of the queue step (installed once, by npm)…[/]");
        }

        await using var queue = await starting;
        await ServingStep.RunAsync(context, queue, cancellationToken);
        await RequestsStep.RunAsync(context, cancellationToken);
        await new RefusalsStep(context, publisher).RunAsync(cancellationToken);
        await BatchStep.RunAsync(context, queue, cancellationToken);
        var failed = Summarise(context);
        if (once)
        {
            return failed == 0 ? 0 : 1;
        }

        AnsiConsole.MarkupLine($"\nServing at [bold]{context.FrontEnd}[/], health and metrics at [bold]{context.Health}[/]. Try:");
        AnsiConsole.WriteLine($"  curl -H 'Content-Type: text/plain' -d 'Der Zug an die Küste fährt jeden Morgen um halb acht ab.' {context.FrontEnd}predictions/langid");
        AnsiConsole.WriteLine($"  curl {context.FrontEnd}v2/models/digits");
        AnsiConsole.MarkupLine("Ctrl+C ends the demonstration and removes everything that it made.");
        try
        {
            await context.Stack!.Functions.WaitForExitAsync(cancellationToken);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return failed == 0 ? 0 : 1;
        }
    }

    private static int Summarise(DemoContext context)
    {
        var failed = context.Checks.Count(check => !check.Holds);
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule(failed == 0 ? $"[green]all {context.Checks.Count} checks as expected[/]" : $"[red]{failed} of {context.Checks.Count} checks were not as expected[/]").LeftJustified());
        foreach (var check in context.Checks.Where(check => !check.Holds))
        {
            AnsiConsole.MarkupLine($"[red]✗[/] {check.Name.EscapeMarkup()}: expected {check.Expected.EscapeMarkup()}, saw {check.Seen.EscapeMarkup()}");
        }

        return failed;
    }
}
