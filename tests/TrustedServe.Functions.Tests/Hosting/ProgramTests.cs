using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TrustedServe.Functions.Tests.Supervision;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>The front end as a process of its own, with workers behind it.</summary>
public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory directory = new();

    public ProgramTests() => File.WriteAllText(
        directory["index.json"], """{"formatVersion":1,"models":{"matrix":{"default":"1","versions":{"1":{"blob":"matrix-1.sealed"}}}}}""");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Wrong_command_line_ends_with_2()
    {
        using var process = Start("--nonsense");
        var (code, error) = await EndAsync(process);
        Assert.Equal(2, code);
        Assert.StartsWith("TSF0010", error);
    }

    [Fact]
    public async Task Wrong_settings_end_with_1_and_are_all_named()
    {
        using var process = Start("--TrustedServe:Http:Listen=nowhere", "--TrustedServe:Worker:Lanes=-1");
        var (code, error) = await EndAsync(process);
        Assert.Equal(1, code);
        Assert.StartsWith("TSF0002", error);
        Assert.All(["Http:Listen", "Worker:Lanes", "Models:Store", "Trust:Broker"], key => Assert.Contains(key, error));
    }

    [Fact]
    public async Task Port_that_is_taken_ends_with_1_and_says_what_to_do()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var process = StartServing($"--TrustedServe:Health:Listen=http://{taken.LocalEndpoint}");
        var (code, error) = await EndAsync(process);
        Assert.Equal(1, code);
        Assert.StartsWith("TSF0004", error);
        Assert.Contains(taken.LocalEndpoint.ToString()!, error);
        Assert.Empty(Workers());
    }

    [Fact]
    public async Task Termination_stops_it_in_order()
    {
        using var process = StartServing("--TrustedServe:Health:Listen=http://127.0.0.1:0");
        var lines = await ReadyAsync(process);
        Assert.Contains(lines, line => line.GetProperty("EventId").GetInt32() == 2002 && line.GetProperty("Message").GetString()!.Contains("Development"));
        var url = lines.Single(line => line.GetProperty("EventId").GetInt32() == 2001).GetProperty("State").GetProperty("Url").GetString()!;
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v2/models/matrix/ready")).StatusCode);

        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString()]);
        await kill.WaitForExitAsync();
        var (code, _) = await EndAsync(process);
        Assert.Equal(0, code);
        Assert.DoesNotContain(Workers(), SupervisionTests.IsRunning);
    }

    [Fact]
    public async Task End_of_standard_input_stops_it_when_asked_for()
    {
        using var process = StartServing("--TrustedServe:Health:Listen=http://127.0.0.1:0", "--exit-on-stdin-eof");
        await ReadyAsync(process);
        process.StandardInput.Close();
        Assert.Equal(0, (await EndAsync(process)).Code);
        Assert.DoesNotContain(Workers(), SupervisionTests.IsRunning);
    }

    [Fact]
    public async Task Terminal_that_goes_away_stops_it_in_order_too()
    {
        using var terminal = new Terminal();
        using var process = Start(terminal.Input, [.. Serving, "--TrustedServe:Health:Listen=http://127.0.0.1:0", "--exit-on-stdin-eof"]);
        await ReadyAsync(process);
        terminal.Dispose();
        var (code, error) = await EndAsync(process);
        Assert.True(code == 0, error);
        Assert.DoesNotContain(Workers(), SupervisionTests.IsRunning);
    }

    [Fact]
    public async Task Workers_end_when_it_is_killed()
    {
        using var process = StartServing("--TrustedServe:Health:Listen=http://127.0.0.1:0");
        await ReadyAsync(process);
        var worker = Assert.Single(Workers());
        Assert.True(SupervisionTests.IsRunning(worker));
        process.Kill();
        using var limit = new CancellationTokenSource(Limit);
        while (SupervisionTests.IsRunning(worker))
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private int[] Workers() => [.. Directory.GetFiles(directory.Path, "*.start-*").Select(file => int.Parse(File.ReadAllText(file)))];

    private string[] Serving =>
    [
        $"--TrustedServe:Models:Store={directory.Path}", "--TrustedServe:Http:Listen=http://127.0.0.1:0", "--TrustedServe:Trust:Broker=http://127.0.0.1:1",
        $"--TrustedServe:Worker:Executable={Repository.Executable("tests", "TrustedServe.WorkerDouble")}",
    ];

    private Process StartServing(params string[] arguments) => Start([.. Serving, .. arguments]);

    private static Process Start(params string[] arguments) => Run("dotnet", [Repository.Executable("functions", "TrustedServe.Functions"), .. arguments]);

    private static Process Start(string input, string[] arguments) => Run(
        "sh", ["-c", $"exec \"$@\" < {input}", "sh", "dotnet", Repository.Executable("functions", "TrustedServe.Functions"), .. arguments]);

    private static Process Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static async Task<List<JsonElement>> ReadyAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        var lines = new List<JsonElement>();
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            lines.Add(JsonSerializer.Deserialize<JsonElement>(line));

            // In either order.
            if (new[] { 2001, 2003 }.All(id => lines.Any(line => line.GetProperty("EventId").GetInt32() == id)))
            {
                return lines;
            }
        }

        throw new InvalidOperationException($"The front end ended: {await process.StandardError.ReadToEndAsync(limit.Token)}");
    }

    private static async Task<(int Code, string Error)> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = await process.StandardError.ReadToEndAsync(limit.Token);
        await output;
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, error);
    }
}
