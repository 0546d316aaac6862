using Grpc.Core;
using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Tests.Supervision;

public sealed class InferenceGatewayTests
{
    [Fact]
    public void Broken_transport_is_a_lost_worker_and_not_the_requests_fault()
    {
        var failure = WorkerConnection.FromRpc(new RpcException(new Status(StatusCode.Internal, "Error starting gRPC call.")));

        Assert.Equal(TsfErrors.WorkerLost, failure.Error);
        Assert.NotNull(failure.RetryAfterSeconds);
    }

    [Fact]
    public void Failure_with_the_workers_code_stays_what_it_is()
    {
        foreach (var error in new[] { TsfErrors.Internal, TsfErrors.ExecutionFailed, TsfErrors.DeadlineExceeded })
        {
            Assert.Equal(error, WorkerConnection.FromRpc(RpcErrors.ToRpc(error.With("The worker says so."))).Error);
        }
    }
}
