using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Cli.Commands.Attest;

namespace TrustedServe.Cli.Tests.Attest;

public sealed class AttestExplainTests : IDisposable
{
    private readonly AttestCase test = new();

    public void Dispose() => test.Dispose();

    [Fact]
    public async Task Accepted_quote_has_nothing_to_change_and_says_until_when()
    {
        var (exitCode, output) = await test.RunAsync(["explain", .. test.Synthetic()]);
        Assert.Equal(0, exitCode);
        Assert.Contains("nothing to change", output, StringComparison.Ordinal);
        Assert.Contains("2026-07-01T00:00:00Z", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OutOfDate", "UpToDate", "UpToDate", Roles.Operator, "platform OutOfDate", "Update microcode")]
    [InlineData("UpToDate", "OutOfDate", "UpToDate", Roles.Operator, "TDX module that the guest was launched on OutOfDate", "Update the TDX module")]
    [InlineData("UpToDate", "UpToDate", "OutOfDate", Roles.Operator, "quoting enclave OutOfDate", "Update the quoting enclave")]
    [InlineData("SWHardeningNeeded", "UpToDate", "UpToDate", Roles.Verifier, "platform SWHardeningNeeded", "Read the advisories")]
    public async Task Status_names_the_part_and_who_must_act(string platform, string module, string enclave, string who, string part, string change)
    {
        var collateral = new SyntheticCollateral { PlatformStatus = platform, ModuleStatus = module, QeStatus = enclave };
        var (exitCode, answer) = await test.JsonAsync(["explain", .. test.Synthetic(collateral: collateral)]);
        Assert.Equal((1, "TcbStatus", who), (exitCode, answer.GetProperty("refused").GetString(), answer.GetProperty("who").GetString()));
        Assert.StartsWith(change, answer.GetProperty("change").GetString(), StringComparison.Ordinal);
        Assert.Contains(part, answer.GetProperty("parts").EnumerateArray().Select(item => item.GetString()));
    }

    [Fact]
    public async Task Guest_under_debug_is_the_guest_owners_to_change()
    {
        var arguments = test.Synthetic(new SyntheticQuote { TdAttributes = [1, 0, 0, 0x10, 0, 0, 0, 0] });
        var (exitCode, answer) = await test.JsonAsync(["explain", .. arguments]);
        Assert.Equal((1, "Debug", Roles.GuestOwner), (exitCode, answer.GetProperty("refused").GetString(), answer.GetProperty("who").GetString()));

        var (allowed, accepted) = await test.JsonAsync(["explain", .. arguments, "--insecure-allow-debug"]);
        Assert.Equal(0, allowed);
        var reservations = accepted.GetProperty("reservations").EnumerateArray().Select(item => item.GetString()!).ToList();
        Assert.Contains(reservations, text => text.StartsWith("WAIVED: TrustAnchor", StringComparison.Ordinal));
        Assert.Contains(reservations, text => text.StartsWith("WAIVED: Debug", StringComparison.Ordinal));
        Assert.Equal(2, reservations.Count(text => text.StartsWith("NOT compared", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Revoked_platform_is_to_be_left()
    {
        var (_, answer) = await test.JsonAsync(["explain", .. test.Synthetic(collateral: new SyntheticCollateral { RevokedByAuthority = ["0a01"] })]);
        Assert.Equal("PckRevocation", answer.GetProperty("refused").GetString());
        Assert.StartsWith("Move the guest", answer.GetProperty("change").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_collateral_names_the_command_that_gets_it()
    {
        var (_, answer) = await test.JsonAsync("explain", test.Write("quote.dat", new SyntheticQuote().Build()), "--at", "2026-06-15T00:00:00Z", "--insecure-trust-root", test.Root());
        Assert.Equal("Collateral", answer.GetProperty("refused").GetString());
        Assert.Contains("attest collateral fetch", answer.GetProperty("change").GetString(), StringComparison.Ordinal);
    }
}
