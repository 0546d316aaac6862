using TrustedServe.Functions.Http;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Http;

public sealed class BodyBudgetTests
{
    [Fact]
    public void Refuses_what_is_over_and_takes_again_what_was_given_back()
    {
        var budget = new BodyBudget(50, 100);
        budget.Take(60);
        var refusal = Assert.Throws<TsfException>(() => budget.Take(41));
        Assert.Equal("TSF4012", refusal.Code);
        Assert.NotNull(refusal.RetryAfterSeconds);
        budget.Take(40);
        budget.Give(60);
        budget.Take(60);
    }
}
