using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve errors</c>: every stable code, what it means and what to do.</summary>
internal static class ErrorsCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var code = new Argument<string?>("code") { Description = "Show this code only, for example TSF1004.", Arity = ArgumentArity.ZeroOrOne };
        var markdown = new Option<bool>("--markdown") { Description = "Print the page ERRORS.md." };
        var json = CommonOptions.Json();
        var command = new Command("errors", "List every error code with its meaning and remedy.") { code, markdown, json };
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetValue(code);
            var errors = wanted is null ? TsfErrors.All
                : TsfErrors.Find(wanted) is { } one ? [one]
                : throw TsfErrors.Usage.With($"There is no error code '{wanted}'.");
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(errors, StrictJson.Indented));
            }
            else if (parsed.GetValue(markdown))
            {
                Console.Write(ErrorPage.Markdown());
            }
            else
            {
                var table = new Table().Border(TableBorder.Rounded).AddColumns("code", "HTTP", "what happened", "what to do");
                foreach (var error in errors)
                {
                    table.AddRow(new Text(error.Code), new Text($"{error.HttpStatus}"), new Text(error.Title), new Text(error.Remedy));
                }

                AnsiConsole.Write(table);
            }

            return 0;
        });
        return command;
    }
}
