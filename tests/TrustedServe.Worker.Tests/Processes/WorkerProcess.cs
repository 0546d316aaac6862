using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Grpc.Net.Client;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Processes;

/// <summary>A real worker process, started as its front end starts it.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly StringBuilder output = new();
    private readonly Process process;
    private GrpcChannel? channel;

    public WorkerProcess(Func<string, WorkerConfig> config, string? user = null)
        : this(socket => JsonSerializer.Serialize(config(socket), StrictJson.Compact), user)
    {
    }

    public WorkerProcess(Func<string, string> firstLine, string? user = null)
    {
        var line = firstLine(Socket);
        var start = new ProcessStartInfo(user is null ? "dotnet" : "setpriv") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (user is not null)
        {
            // The socket's directory, and what the caller put there, must be the worker's own.
            Run("chown", "-R", user, directory.Path);
            foreach (var argument in new[] { $"--reuid={user}", $"--regid={user}", "--clear-groups", "dotnet" })
            {
                start.ArgumentList.Add(argument);
            }
        }

        // What a hostile owner of the machine would set: the worker must start without it.
        start.Environment["DOTNET_EnableDiagnostics"] = "1";
        start.Environment["COMPlus_EnableDiagnostics"] = "1";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "1";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.ArgumentList.Add(SealedStore.WorkerExecutable);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            process.StandardInput.Write(line + "\n");
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It ended before it had read all of its first line; its exit says the rest.
        }
    }

    public int Id => process.Id;

    public string Socket => directory["worker.sock"];

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public GRPCInferenceService.GRPCInferenceServiceClient Inference => new(Channel);

    public WorkerControl.WorkerControlClient Control => new(Channel);

    private GrpcChannel Channel => channel ??= TestWorker.Connect(Socket);

    public static WorkerConfig Config(SealedStore store, string socket, string model, Uri? broker = null) => new()
    {
        Model = model,
        Version = "1",
        Store = store.StorePath,
        Socket = socket,
        Trust = new TrustConfig { Broker = broker ?? store.Broker, InsecureSimulatedEvidence = true },
        Lanes = 2,
        InsecureAllowSwap = true,
    };

    public async Task<List<StartStep>> StepsAsync()
    {
        await ListeningAsync();
        using var call = Control.WatchStart(new WatchStartRequest());
        var steps = new List<StartStep>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)))
        {
            steps.Add(call.ResponseStream.Current);
        }

        return steps;
    }

    public async Task ListeningAsync()
    {
        for (var i = 0; !File.Exists(Socket) || File.GetUnixFileMode(Socket) != (UnixFileMode.UserRead | UnixFileMode.UserWrite); i++)
        {
            Assert.True(i < 600 && !process.HasExited, Output);
            await Task.Delay(50);
        }
    }

    /// <summary>Waits until its log has a text: the lines come on their own way, later than the answers.</summary>
    public async Task SaysAsync(string text)
    {
        for (var i = 0; !Output.Contains(text, StringComparison.Ordinal); i++)
        {
            Assert.True(i < 3000, $"The worker does not say '{text}':\n{Output}");
            await Task.Delay(10);
        }
    }

    public void CloseInput() => process.StandardInput.Close();

    public void Kill() => process.Kill();

    public void Terminate() => Run("kill", "-TERM", $"{process.Id}");

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        if (!process.HasExited)
        {
            // As the end of its parent would end it, so that nothing of it stays in memory-backed storage.
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(20)))
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }

        process.Dispose();
        directory.Dispose();
    }

    public static int Run(string program, params string[] arguments)
    {
        using var tool = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        return tool.ExitCode;
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}
