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
        var start = new ProcessStartInfo(user is null ? "dotnet" : "setpriv") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (user is not null)
        {
            // The socket's directory must be the worker's own.
            Run("chown", user, directory.Path);
            foreach (var argument in new[] { $"--reuid={user}", $"--regid={user}", "--clear-groups", "dotnet" })
            {
                start.ArgumentList.Add(argument);
            }
        }

        start.ArgumentList.Add(SealedStore.WorkerExecutable);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Write(firstLine(Socket) + "\n");
        process.StandardInput.Flush();
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
        using var call = new WorkerControl.WorkerControlClient(Channel).WatchStart(new WatchStartRequest());
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
            process.Kill();
            await process.WaitForExitAsync();
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
