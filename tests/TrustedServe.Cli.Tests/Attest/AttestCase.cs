using System.Text.Json;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests.Attest;

/// <summary>A folder with evidence, and <c>trustedserve attest</c> run on it as a process.</summary>
internal sealed class AttestCase : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public string Path(string name) => directory[name];

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(Path(name), content);
        return Path(name);
    }

    public string Write(string name, TdxCollateral collateral) => Write(name, CollateralBundle.Write(collateral));

    /// <summary>Arguments for a synthetic quote at a moment at which it is accepted.</summary>
    public string[] Synthetic(SyntheticQuote? quote = null, SyntheticCollateral? collateral = null) =>
    [
        Write("quote.dat", (quote ?? new SyntheticQuote()).Build()),
        "--collateral", Write("bundle.json", (collateral ?? new SyntheticCollateral()).Build()),
        "--at", "2026-06-15T00:00:00Z",
        "--insecure-trust-root", Root(),
    ];

    public string Root() => Write("root.pem", SyntheticPki.Pem(SyntheticPki.Shared.Root));

    public Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        TrustedServeCommand.RunAsync(directory.Path, directory.Path, ["attest", .. arguments]);

    public async Task<(int ExitCode, JsonElement Answer)> JsonAsync(params string[] arguments)
    {
        var (exitCode, output) = await RunAsync([.. arguments, "--json"]);
        return (exitCode, JsonDocument.Parse(output).RootElement);
    }

    public void Dispose() => directory.Dispose();
}
