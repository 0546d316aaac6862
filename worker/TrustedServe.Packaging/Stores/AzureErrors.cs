using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Stores;

/// <summary>Failures of Azure Blob Storage as errors that say what to do. Addresses appear without their query.</summary>
internal static class AzureErrors
{
    public static async Task<T> GuardAsync<T>(Uri blob, Func<Task<T>> operation)
    {
        try
        {
            return await operation().ConfigureAwait(false);
        }
        catch (Exception failure) when (Translate(failure, blob.GetLeftPart(UriPartial.Path)) is { } translated)
        {
            throw translated;
        }
    }

    public static Task GuardAsync(Uri blob, Func<Task> operation) => GuardAsync(blob, async () =>
    {
        await operation().ConfigureAwait(false);
        return true;
    });

    // Only status and error code are told: the SDK's messages repeat whole requests and answers.
    private static TsfException? Translate(Exception failure, string location) => failure switch
    {
        RequestFailedException { Status: 404 } missing when missing.ErrorCode == BlobErrorCode.ContainerNotFound => TsfErrors.StoreUnavailable.With($"The container of {location} is not there."),
        RequestFailedException { Status: 404 } missing => TsfErrors.BlobMissing.With($"{location} is not there ({missing.ErrorCode})."),
        RequestFailedException { Status: 401 or 403 } denied => TsfErrors.StoreDenied.With($"{location}: the store answered {denied.Status} {denied.ErrorCode}."),
        RequestFailedException { Status: 409 or 412 } changed => TsfErrors.BlobChanged.With($"{location} was replaced: the store answered {changed.Status} {changed.ErrorCode}."),
        RequestFailedException { Status: 0 } => TsfErrors.StoreUnavailable.With($"{location} does not answer."),
        RequestFailedException other => TsfErrors.StoreUnavailable.With($"{location}: the store answered {other.Status} {other.ErrorCode}."),
        AuthenticationFailedException => TsfErrors.StoreDenied.With($"{location}: no identity could be had for it."),
        AggregateException or IOException or HttpRequestException => TsfErrors.StoreUnavailable.With($"{location} does not answer."),
        _ => null,
    };
}
