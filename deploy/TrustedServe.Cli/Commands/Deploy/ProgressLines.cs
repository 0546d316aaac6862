using Spectre.Console;
using TrustedServe.Kubernetes.Cluster.Applying;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>Prints what happens on the way, one line each, to standard error.</summary>
internal sealed class ProgressLines : IProgress<ApplyProgress>
{
    private readonly IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <inheritdoc/>
    public void Report(ApplyProgress value) => console.MarkupLine(value.Object is null
        ? $"[yellow]{value.Text.EscapeMarkup()}[/]"
        : $"[grey]{value.Object.ToString().EscapeMarkup()}[/] {value.Text.EscapeMarkup()}");
}
