using System.Diagnostics;
using Spectre.Console;
using TrustedServe.Cli.Hosting;

namespace TrustedServe.Cli.Demo;

/// <summary>What the steps of one demonstration share.</summary>
internal sealed class DemoContext : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("trustedserve-demo-");
    private readonly long started = Stopwatch.GetTimestamp();
    private int steps;

    /// <summary>The two sample models.</summary>
    public IReadOnlyList<SampleModel> Models { get; } = [SampleModel.Langid(), SampleModel.Digits()];

    /// <summary>What was promised and what was seen, in order.</summary>
    public List<Check> Checks { get; } = [];

    /// <summary>The model store that is served.</summary>
    public string Store => this["store"];

    /// <summary>Folder of the embedded broker.</summary>
    public string BrokerFolder => this["broker"];

    /// <summary>Broker and front end, once started.</summary>
    public LocalStack? Stack { get; set; }

    /// <summary>Address of the front end, once it listens.</summary>
    public Uri FrontEnd { get; set; } = new("http://localhost.invalid/");

    /// <summary>Address of health and metrics, once it listens.</summary>
    public Uri Health { get; set; } = new("http://localhost.invalid/");

    /// <summary>A path in the demonstration's own folder, which is removed at the end.</summary>
    public string this[string name] => Path.Combine(folder.FullName, name);

    /// <summary>Announces a step and what it means.</summary>
    public void Step(string title, string meaning)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[bold]{++steps}. {title.EscapeMarkup()}[/] [grey]{Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s[/]").LeftJustified());
        AnsiConsole.MarkupLine($"[grey]{meaning.EscapeMarkup()}[/]");
    }

    /// <summary>Notes a check and shows it.</summary>
    public void Expect(string name, string expected, string seen, bool holds)
    {
        Checks.Add(new Check(name, expected, seen, holds));
        AnsiConsole.MarkupLine($"{(holds ? "[green]✓[/]" : "[red]✗[/]")} {name.EscapeMarkup()}: {seen.EscapeMarkup()}{(holds ? "" : $" [red](expected: {expected.EscapeMarkup()})[/]")}");
    }

    /// <summary>Ends what was started and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Stack is not null)
            {
                await Stack.DisposeAsync();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
