using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace TrustedServe.Functions.Queue;

/// <summary>The only account that jobs touch: its queues and blobs.</summary>
public sealed class StorageClients
{
    /// <summary>Clients for the account that valid options name; nothing is sent yet.</summary>
    public StorageClients(QueueOptions options)
    {
        var queueOptions = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        var blobOptions = new BlobClientOptions();
        Bound(queueOptions);
        Bound(blobOptions);
        if (options.ConnectionString is not null)
        {
            Queues = new QueueServiceClient(options.ConnectionString, queueOptions);
            Blobs = new BlobServiceClient(options.ConnectionString, blobOptions);
        }
        else if (TryAddresses(options.Account, out var blobs, out var queues))
        {
            var credential = new DefaultAzureCredential();
            Queues = new QueueServiceClient(queues, credential, queueOptions);
            Blobs = new BlobServiceClient(blobs, credential, blobOptions);
        }
        else
        {
            throw new ArgumentException("The options name no account; validate them first.", nameof(options));
        }
    }

    /// <summary>The account's queues.</summary>
    public QueueServiceClient Queues { get; }

    /// <summary>The account's blobs.</summary>
    public BlobServiceClient Blobs { get; }

    /// <summary>The two addresses of an account from its blob address; false when it is not one.</summary>
    internal static bool TryAddresses(string? account, out Uri blobs, out Uri queues)
    {
        blobs = queues = new Uri("https://account.invalid");
        if (!Uri.TryCreate(account, UriKind.Absolute, out var address)
            || address.Scheme != Uri.UriSchemeHttps || address.PathAndQuery != "/" || address.UserInfo != "" || address.Fragment != ""
            || address.Host.Split('.', 3) is not [{ Length: > 0 }, "blob", { Length: > 0 }])
        {
            return false;
        }

        blobs = address;
        queues = new UriBuilder(address) { Host = address.Host.Replace(".blob.", ".queue.", StringComparison.Ordinal) }.Uri;
        return true;
    }

    private static void Bound(ClientOptions options)
    {
        // A stalled connection must not hold a job longer than the visibility of its message can be renewed around.
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        options.Retry.MaxRetries = 4;
        options.Retry.MaxDelay = TimeSpan.FromSeconds(8);
        options.Diagnostics.IsLoggingContentEnabled = false;
    }
}
