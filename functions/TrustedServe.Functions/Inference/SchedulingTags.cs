using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using TrustedServe.Functions.Access;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Scheduling;

namespace TrustedServe.Functions.Inference;

/// <summary>What a worker's scheduler is told of a request: who sent it, as a tag that names nobody, and how urgent it may be.</summary>
internal static class SchedulingTags
{
    // Enough that no two callers ever share a tag, by chance or by choice of a name: those of one tag may share runs.
    private const int TagCharacters = 32;

    // Behind what somebody waits for, before what was asked to come last.
    private const int QueuePriority = 7;

    // Made once a key, not once a request.
    private static readonly ConditionalWeakTable<ApiKeyEntry, string> Tags = [];

    /// <summary>Tags a request that came over HTTP; a tag that the caller wrote is replaced.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">Who sent it; null where callers are not known.</param>
    /// <param name="mostUrgent">The most urgent priority that callers may ask for.</param>
    /// <exception cref="TsfException">TSF4001 for a priority that is none, TSF4010 for one that is not allowed.</exception>
    public static void Apply(ModelInferRequest request, ApiKeyEntry? caller, int mostUrgent)
    {
        if (request.Parameters.TryGetValue(SchedulingParameters.Priority, out var asked) && SchedulingParameters.PriorityOf(asked) < mostUrgent)
        {
            throw TsfErrors.Forbidden.With($"The most urgent priority that may be asked for here is {mostUrgent}.");
        }

        request.Parameters.Remove(SchedulingParameters.Caller);
        if (caller is not null)
        {
            request.Parameters.Add(SchedulingParameters.Caller, new InferParameter { StringParam = Tags.GetValue(caller, TagOf) });
        }
    }

    /// <summary>Tags a request of the queue trigger: the queue's rows take turns with callers over HTTP as one caller of their own.</summary>
    public static void ApplyQueue(ModelInferRequest request)
    {
        request.Parameters[SchedulingParameters.Caller] = new InferParameter { StringParam = SchedulingParameters.QueueCaller };
        request.Parameters[SchedulingParameters.Priority] = new InferParameter { Int64Param = QueuePriority };
    }

    private static string TagOf(ApiKeyEntry caller) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(caller.Id)))[..TagCharacters];
}
