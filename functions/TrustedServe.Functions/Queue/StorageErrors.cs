using Azure;
using Azure.Identity;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>What the storage clients throw, as an error of the closed list.</summary>
internal static class StorageErrors
{
    /// <summary>
    /// Whether an exception is one of a storage client: a refusal, an account that cannot be reached, no token for it, or (as an
    /// aggregate) the failure of every retry.
    /// </summary>
    public static bool IsStorage(Exception exception) =>
        exception is RequestFailedException or AuthenticationFailedException or IOException
        || (exception is AggregateException all && all.InnerExceptions.All(inner => IsStorage(inner) || inner is OperationCanceledException));

    /// <summary>With the service's own code; its message is left out because it quotes the request.</summary>
    public static TsfException Translate(Exception failed) => TsfErrors.StorageFailed.With(failed switch
    {
        RequestFailedException { Status: > 0 } refused => $"The storage account answered {refused.Status} ({refused.ErrorCode ?? "no code"}).",
        AuthenticationFailedException => "There is no token for the storage account.",
        _ => "The storage account cannot be reached.",
    });

    /// <summary>The service's status, 0 when it gave none.</summary>
    public static int Status(Exception failed) => (failed as RequestFailedException)?.Status ?? 0;

    /// <summary>The service's own code, or what kind of failure it was.</summary>
    public static string Code(Exception failed) => (failed as RequestFailedException)?.ErrorCode ?? failed.GetType().Name;
}
