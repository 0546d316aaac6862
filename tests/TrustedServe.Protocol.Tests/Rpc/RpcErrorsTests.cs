using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Tests.Rpc;

public sealed class RpcErrorsTests
{
    [Fact]
    public void EveryError_ArrivesAsItWasSent() => Assert.All(TsfErrors.All, error =>
    {
        foreach (var retry in new int?[] { null, 7 })
        {
            var sent = new TsfException(error, $"What happened, with ümlaut: {error.Title}.") { RetryAfterSeconds = retry };
            var seen = RpcErrors.FromRpc(RpcErrors.ToRpc(sent));
            Assert.Equal((sent.Error, sent.Message, sent.RetryAfterSeconds), (seen.Error, seen.Message, seen.RetryAfterSeconds));
        }
    });

    [Theory]
    [InlineData(StatusCode.DeadlineExceeded, "TSF4011")]
    [InlineData(StatusCode.Cancelled, "TSF4016")]
    [InlineData(StatusCode.ResourceExhausted, "TSF4007")]
    [InlineData(StatusCode.Unavailable, "TSF5003")]
    [InlineData(StatusCode.Unknown, "TSF0001")]
    public void StatusWithoutCode_BecomesTheErrorThatItStandsFor(StatusCode status, string code) =>
        Assert.Equal(code, RpcErrors.FromRpc(new RpcException(new Status(status, "detail"))).Code);

    [Fact]
    public void UnknownCode_IsNotBelieved() =>
        Assert.Equal(TsfErrors.Internal, RpcErrors.FromRpc(new RpcException(new Status(StatusCode.Internal, ""), new Metadata { { "tsf-code", "TSF9999" } })).Error);
}
