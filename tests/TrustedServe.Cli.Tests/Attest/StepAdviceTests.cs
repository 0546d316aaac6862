using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Cli.Commands.Attest;

namespace TrustedServe.Cli.Tests.Attest;

public sealed class StepAdviceTests
{
    private static readonly string[] Known = [Roles.Sender, Roles.Operator, Roles.GuestOwner, Roles.Verifier];

    [Fact]
    public void Every_step_has_a_meaning_somebody_who_can_act_and_one_change()
    {
        foreach (var step in Enum.GetValues<TdxStep>())
        {
            Check(StepAdvice.For(step));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => StepAdvice.For((TdxStep)999));
    }

    [Fact]
    public void Every_status_that_can_be_refused_has_advice_of_its_own()
    {
        var unknown = StepAdvice.For(TdxStep.TcbStatus);
        foreach (var status in Enum.GetValues<TcbStatus>().Except([TcbStatus.Unknown, TcbStatus.UpToDate]))
        {
            var part = new PlatformStatus(status, status);
            var advice = StepAdvice.For(TdxStep.TcbStatus, new TcbAssessment(status, part, part, status, SyntheticCollateral.Issued, SyntheticCollateral.Issued, []));
            Check(advice);
            Assert.NotEqual(unknown, advice);
        }
    }

    [Theory]
    [InlineData("tcb_statuses")]
    [InlineData("insecure_allow_debug")]
    [InlineData("minimum_evaluation_data_number")]
    [InlineData("minimum_tcb_date")]
    [InlineData("allowed_advisories")]
    [InlineData("mr_td")]
    [InlineData("rtmr_3")]
    [InlineData("mr_config_id")]
    [InlineData("mr_seam")]
    public void Every_rule_of_a_policy_has_advice(string rule) => Check(OtherAdvice.ForRule(rule));

    private static void Check(Advice advice)
    {
        Assert.EndsWith(".", advice.Meaning, StringComparison.Ordinal);
        Assert.EndsWith(".", advice.Change, StringComparison.Ordinal);
        Assert.Contains(advice.Who, Known);
    }
}
