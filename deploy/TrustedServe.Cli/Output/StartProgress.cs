using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using TrustedServe.Cli.Bench.ColdStart;
using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Output;

/// <summary>Shows the front end's log to people: addresses, each worker's steps, and whatever went wrong.</summary>
internal sealed class StartProgress(bool json)
{
    // For a drawing ('bench cold-start') and for the front end, not for a line of text.
    private static readonly string[] Unshown = [StartParts.Detail, "attestation-age"];

    private readonly Lock gate = new();
    private bool saidLost;

    /// <summary>Shows one line, or says once that lines cannot be shown; safe to call from several threads.</summary>
    public void Show(LogEvent line)
    {
        lock (gate)
        {
            try
            {
                Write(line);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A full disk or a closed terminal takes the log away, not the service.
                SayLost(exception);
            }
        }
    }

    /// <summary>One line of markup for an event that people should see; null for others.</summary>
    public static string? Describe(LogEvent line) => line.Id switch
    {
        LogIds.Listening => $"[green]✓[/] listening on [bold]{line["Url"].EscapeMarkup()}[/], health and metrics on {line["HealthUrl"].EscapeMarkup()}",
        LogIds.Ready => "[green]✓ every model is ready[/]",
        LogIds.WorkerStep => Step(line),
        0 => line.Message.EscapeMarkup(),
        _ => line.Level is "Error" or "Critical" or "Warning"
            ? $"{(line.Level == "Warning" ? "[yellow]![/]" : "[red]✗[/]")} {line.Message.EscapeMarkup()}"
            : line.Id == LogIds.TrustMode ? $"[yellow]{line.Message.EscapeMarkup()}[/]" : null,
    };

    private void Write(LogEvent line)
    {
        if (json)
        {
            Console.WriteLine(line.Raw);
        }
        else if (Describe(line) is { } text)
        {
            AnsiConsole.MarkupLine(text);
        }
    }

    private void SayLost(Exception cause)
    {
        if (saidLost)
        {
            return;
        }

        saidLost = true;
        try
        {
            Failures.Print(TsfErrors.FileUnreadable.With($"Lines of the log are lost ({cause.Message}); what logs them goes on.", cause), json);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Standard error went the same way: there is nobody left to tell.
        }
    }

    private static string Step(LogEvent line)
    {
        var model = $"[bold]{$"{line["Model"]} {line["Version"]}".EscapeMarkup()}[/]";
        var time = string.Create(CultureInfo.InvariantCulture, $"[grey]{line.Number("Seconds"),6:0.00} s[/]");
        var phase = line["Phase"];
        if (phase.Equals("Failed", StringComparison.OrdinalIgnoreCase))
        {
            return $"{time} {model} [red]✗ {line["Code"].EscapeMarkup()}[/] {line["Reason"].EscapeMarkup()}";
        }

        if (phase.Equals("Waiting", StringComparison.OrdinalIgnoreCase))
        {
            return $"{time} {model} [yellow]waits, {line["Code"].EscapeMarkup()}[/] {line["Reason"].EscapeMarkup()}";
        }

        var details = string.Join(", ", Details(line["Details"]).Where(pair => !Unshown.Contains(pair.Key)).Select(pair => $"{pair.Key} {Report.Short(pair.Value)}"));
        return $"{time} {model} {Meaning(phase).EscapeMarkup()}{(details.Length == 0 ? "" : $" [grey]({details.EscapeMarkup()})[/]")}";
    }

    /// <summary>What a step of a worker's start means.</summary>
    public static string Meaning(string phase) => phase.ToUpperInvariant() switch
    {
        "HARDENED" => "process closed to debuggers, core dumps and diagnostics",
        "EVIDENCE" => "evidence made and sent to the key broker",
        "KEYRELEASED" or "KEY_RELEASED" => "the broker's verdict: key released",
        "ENVELOPE" => "envelope and signature agree with the key record",
        "UNSEALED" => "decrypted into protected memory, every digest checked",
        "SESSION" => "inference session built",
        "WARMED" => "warm-up answers equal the manifest's",
        "READY" => "ready",
        _ => phase,
    };

    /// <summary>The details of a step, from the JSON that the log carries.</summary>
    public static IReadOnlyDictionary<string, string> Details(string details)
    {
        try
        {
            return details.Length == 0 ? new() : JsonSerializer.Deserialize<Dictionary<string, string>>(details) ?? [];
        }
        catch (JsonException)
        {
            return new Dictionary<string, string>();
        }
    }
}
