using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Tests;

internal static class Refusals
{
    public static async Task<TsfException> ExpectAsync(string code, Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<TsfException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }

    public static TsfException Expect(string code, Action action)
    {
        var failure = Assert.Throws<TsfException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }
}
