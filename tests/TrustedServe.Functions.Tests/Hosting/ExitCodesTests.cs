using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>Exit codes of <c>--once</c>: each end has its own, and the help text has each.</summary>
public sealed class ExitCodesTests
{
    [Fact]
    public void Each_end_of_a_message_has_a_code_of_its_own()
    {
        var codes = Enum.GetValues<MessageEnd>().Select(OneShotProgram.ExitCode).ToList();
        Assert.Distinct(codes);
        Assert.DoesNotContain(ExitCodes.NotStarted, codes);
        Assert.Throws<ArgumentOutOfRangeException>(() => OneShotProgram.ExitCode((MessageEnd)99));
    }

    [Fact]
    public void Help_has_every_code()
    {
        var codes = typeof(ExitCodes).GetFields().Select(field => (int)field.GetRawConstantValue()!).ToList();
        Assert.Distinct(codes);
        Assert.All(codes, code => Assert.Matches($@"(?m)^ +{code}  \S", CommandLine.Help));
    }

    [Fact]
    public void Start_that_was_refused_says_whose_fault_it_is()
    {
        Assert.Equal(ExitCodes.InvalidSettings, OneShotProgram.ExitCode(TsfErrors.InvalidSettings));
        Assert.Equal(ExitCodes.InvalidSettings, OneShotProgram.ExitCode(TsfErrors.AddressInUse));
        Assert.Equal(ExitCodes.Unavailable, OneShotProgram.ExitCode(TsfErrors.UnsupportedLocation));
        Assert.Equal(ExitCodes.Unavailable, OneShotProgram.ExitCode(TsfErrors.BrokerUnreachable));
        Assert.Equal(ExitCodes.NotStarted, OneShotProgram.ExitCode(TsfErrors.Internal));
    }
}
