using System.Security.Cryptography;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Access;

/// <summary>
/// Puts the keys of a file in force, and again whenever its content changes. The content is what is compared: mounted
/// secrets change by their links, which neither watchers nor times of change show reliably.
/// </summary>
internal sealed partial class ApiKeyWatcher(string path, AccessControl access, TimeProvider time, ILogger<ApiKeyWatcher> logger) : BackgroundService
{
    /// <summary>How long a change may take to be in force. A withdrawn key works no longer than this.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private byte[] digest = [];

    /// <summary>Reads the file for the first time.</summary>
    /// <exception cref="TsfException">TSF0011 when it is not valid, TSF0008 when it cannot be read.</exception>
    public void Load()
    {
        var content = Read();
        access.Use(new ApiKeyRing(ApiKeyDocument.Parse(content, path)));
        digest = SHA256.HashData(content);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stoppingToken);
                Reload();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Reload()
    {
        byte[] now = [];
        try
        {
            var content = Read();
            now = SHA256.HashData(content);
            if (now.AsSpan().SequenceEqual(digest))
            {
                return;
            }

            var document = ApiKeyDocument.Parse(content, path);
            access.Use(new ApiKeyRing(document));
            LogReloaded(document.Keys.Count);
        }
        catch (TsfException exception)
        {
            // Said once for each content (an unreadable file counts as the empty digest), not once a second.
            if (!now.AsSpan().SequenceEqual(digest))
            {
                LogNotReloaded(exception.Code, exception.Message);
            }
        }

        digest = now;
    }

    private byte[] Read()
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > ApiKeyDocument.MaxBytes)
            {
                throw TsfErrors.InvalidKeyFile.With($"{path} is larger than {ApiKeyDocument.MaxBytes} bytes.");
            }

            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    [LoggerMessage(2201, LogLevel.Information, "API keys reloaded: {Count} in force")]
    private partial void LogReloaded(int count);

    [LoggerMessage(2202, LogLevel.Error, "API keys not reloaded, the last good ones stay in force: {Code}: {Reason}")]
    private partial void LogNotReloaded(string code, string reason);
}
