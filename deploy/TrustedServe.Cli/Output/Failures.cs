using System.Text.Json;
using Spectre.Console;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Output;

/// <summary>Says what failed and what to do, to people and to machines.</summary>
internal static class Failures
{
    /// <summary>Prints to standard error.</summary>
    public static void Print(TsfException exception, bool json)
    {
        if (json)
        {
            Console.Error.WriteLine(JsonSerializer.Serialize(
                new { exception.Code, exception.Error.Title, exception.Message, exception.Error.Remedy }, StrictJson.Compact));
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.MarkupLine($"[red]✗ {exception.Code}[/] [bold]{exception.Error.Title.EscapeMarkup()}[/]");
        console.MarkupLine($"  {exception.Message.EscapeMarkup()}");
        console.MarkupLine($"  [grey]What to do:[/] {exception.Error.Remedy.EscapeMarkup()}");
    }
}
