using System.Text.RegularExpressions;
using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

/// <summary>The digits model, packed and sealed once by the command line, to be served by each test for itself.</summary>
public sealed partial class ServedDigits : IAsyncLifetime
{
    private readonly TemporaryDirectory work = new();

    /// <summary>The model store.</summary>
    public string Models => work["models"];

    /// <summary>Folder of the embedded key broker.</summary>
    public string Broker => work["home", "broker"];

    /// <summary>Packs, makes a key, seals.</summary>
    public async ValueTask InitializeAsync()
    {
        var samples = Path.Combine(Repository.Samples, "digits");
        await MustAsync("model", "pack", Path.Combine(samples, "model.onnx"), "--name", "digits", "--task", "image-classification", "--labels", Path.Combine(samples, "labels.txt"), "--warmup", Path.Combine(samples, "heldout.jsonl"), "--out", work["package"]);
        await MustAsync("key", "create", "kbs:///test/key/digits", "--package", work["package"]);
        await MustAsync("model", "seal", work["package"], "--key", "kbs:///test/key/digits", "--to", Models);
    }

    /// <summary>Starts <c>serve</c> on free ports, with more arguments.</summary>
    public TrustedServeCommand Serve(params string[] more) => ServeAt("http://127.0.0.1:0", more);

    /// <summary>The same on an address.</summary>
    public TrustedServeCommand ServeAt(string listen, params string[] more) => TrustedServeCommand.Start(
        work.Path,
        work["home"],
        ["serve", "--models", Models, "--insecure-simulated-evidence", "--listen", listen, "--health-listen", "http://127.0.0.1:0", .. more]);

    /// <summary>Runs another command with the same home.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => TrustedServeCommand.RunAsync(work.Path, work["home"], arguments);

    /// <summary>A path beside the store.</summary>
    public string File(string name) => work[name];

    /// <summary>The address that a served front end printed.</summary>
    public static async Task<Uri> AddressAsync(TrustedServeCommand serve) => new(Address().Match(await serve.WaitForAsync("listening on")).Value);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        work.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task MustAsync(params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(arguments);
        Assert.True(exitCode == 0, output);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
