using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Resources;

/// <summary>Gives the errors of the file system their codes.</summary>
internal static class FileErrors
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Whether <see cref="Of"/> knows the exception.</summary>
    public static bool IsKnown(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>TSF0006 when there is no space, TSF0008 otherwise.</summary>
    public static TsfException Of(Exception exception, string path) => exception.HResult is NoSpaceLeft or QuotaExceeded
        ? TsfErrors.NoSpace.With($"'{path}' cannot be written: there is no space left.", exception)
        : TsfErrors.FileUnreadable.With($"'{path}' cannot be read or written.", exception);
}
