using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd.Images;

/// <summary>The image's front end in a root file system that it cannot write to, as its own user, with the embedded key broker outside.</summary>
internal sealed class ServedImage : IDisposable
{
    // Mounts of a name space of its own: they are gone with the last process in it.
    private const string Script = """
        set -e
        root=$1; models=$2; shift 2
        mount --bind "$root" "$root"
        mount -o remount,bind,ro "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        mount -t tmpfs -o mode=755 tmpfs "$root/run"
        cp -r "$models" "$root/run/models"
        chown -R 65532:65532 "$root/run/models"
        exec env -i "$@"
        """;

    private readonly Process broker;
    private readonly Process frontEnd;
    private readonly ConcurrentQueue<string> lines;

    private ServedImage(Process broker, Process frontEnd, ConcurrentQueue<string> lines)
    {
        this.broker = broker;
        this.frontEnd = frontEnd;
        this.lines = lines;
    }

    /// <summary>Process id of the front end, seen from outside.</summary>
    public int Id => frontEnd.Id;

    /// <summary>Starts both.</summary>
    public static async Task<ServedImage> StartAsync(BuiltImage image, ServedDigits digits)
    {
        var config = image.Config.GetProperty("config");
        var policy = digits.File("image-policy.json");
        var measurements = new[] { "functions", "worker" }.Select(program => ProgramMeasurement.Of(Path.Combine(image.Root, "app", program)));
        await File.WriteAllTextAsync(policy, JsonSerializer.Serialize(new
        {
            formatVersion = 1,
            rules = new[] { new { name = "image", resources = new[] { "*/*/*" }, insecure_simulated = true, measurements } },
        }));
        var lines = new ConcurrentQueue<string>();
        var broker = Start(lines, ["dotnet", Repository.Executable("deploy", "TrustedServe.KeyBroker"), "--folder", digits.Broker, "--policy", policy, "--listen", "http://127.0.0.1:0", "--exit-on-stdin-eof"]);
        try
        {
            using var announced = JsonDocument.Parse(await WaitForAsync(broker, lines, "{\"listening\""));
            var address = announced.RootElement.GetProperty("listening").GetString();
            return new ServedImage(broker, Start(
                lines,
                [
                    "unshare", "--mount", "sh", "-c", Script, "sh", image.Root, digits.Models,
                    .. config.GetProperty("Env").EnumerateArray().Select(variable => variable.GetString()!),
                    "/usr/sbin/chroot", $"--userspec={config.GetProperty("User").GetString()}", image.Root,
                    .. config.GetProperty("Entrypoint").EnumerateArray().Select(argument => argument.GetString()!), "--exit-on-stdin-eof",
                    "--TrustedServe:Models:Store=/run/models", "--TrustedServe:Http:Listen=http://127.0.0.1:0", "--TrustedServe:Health:Listen=http://127.0.0.1:0",
                    $"--TrustedServe:Trust:Broker={address}", "--TrustedServe:Trust:InsecureSimulatedEvidence=true",
                ]), lines);
        }
        catch
        {
            broker.Kill();
            throw;
        }
    }

    /// <summary>Waits until the model is ready and asks it.</summary>
    public async Task<string> PredictAsync(string drawing)
    {
        using var listening = JsonDocument.Parse(await WaitForAsync(frontEnd, lines, "\"EventId\":2001"));
        using var http = new HttpClient { BaseAddress = new Uri(listening.RootElement.GetProperty("State").GetProperty("Url").GetString()!) };
        await WaitForAsync(frontEnd, lines, "\"EventId\":2003");
        using var content = new StringContent(drawing, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri("/predictions/digits?top_k=1", UriKind.Relative), content);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, answer);
        return answer;
    }

    /// <summary>Ends both; the worker ends with its front end.</summary>
    public void Dispose()
    {
        foreach (var process in new[] { frontEnd, broker })
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
    }

    private static Process Start(ConcurrentQueue<string> lines, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<string> WaitForAsync(Process process, ConcurrentQueue<string> lines, string text)
    {
        for (var tries = 0; tries < 1_200 && !process.HasExited; tries++)
        {
            if (lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException($"'{text}' was not printed; this was:\n{string.Join('\n', lines)}");
    }
}
