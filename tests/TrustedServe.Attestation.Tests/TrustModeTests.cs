using TrustedServe.Attestation.Modes;

namespace TrustedServe.Attestation.Tests;

public sealed class TrustModeTests
{
    [Theory]
    [InlineData(0x21, "IntelTDX    ", null, TrustMode.TrustDomain)]
    [InlineData(0x24, "IntelTDX    ", "0", TrustMode.TrustDomain)]
    [InlineData(0x20, "IntelTDX    ", null, TrustMode.Development)]
    [InlineData(0x21, "IntelTDX   ?", null, TrustMode.Development)]
    [InlineData(0x21, "            ", "1", TrustMode.TrustDomain)]
    [InlineData(0x21, "            ", "true", TrustMode.Development)]
    [InlineData(0x0d, "            ", "", TrustMode.Development)]
    public void Mode_follows_processor_and_can_only_be_tightened(int highestLeaf, string name, string? variable, TrustMode expected)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(name);
        Assert.Equal(expected, TrustModes.Decide(
            (leaf, _) => leaf switch
            {
                0 => (highestLeaf, 0, 0, 0),
                0x21 => (0, BitConverter.ToInt32(bytes, 0), BitConverter.ToInt32(bytes, 8), BitConverter.ToInt32(bytes, 4)),
                _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
            },
            variable));
    }

    [Fact]
    public void Processor_without_CPUID_is_decided_by_the_variable()
    {
        Assert.Equal(TrustMode.Development, TrustModes.Decide(null, null));
        Assert.Equal(TrustMode.TrustDomain, TrustModes.Decide(null, "1"));
    }

    [Fact]
    public void This_machine_gives_an_answer() => Assert.True(Enum.IsDefined(TrustModes.Decide()));
}
