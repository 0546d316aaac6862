using Azure.Storage.Queues;
using TrustedServe.Functions.Settings;

namespace TrustedServe.Functions.Queue;

/// <summary>Checks the queue trigger's settings as a whole.</summary>
public static class QueueOptionsValidator
{
    /// <summary>Every problem, with the value and the rule; empty when all is well.</summary>
    public static IReadOnlyList<string> Validate(QueueOptions options, QueueHostSettings host)
    {
        var problems = new List<string>();
        Number(Named(nameof(options.MaxMessageBytes)), options.MaxMessageBytes, 256, 65_536);
        Number(Named(nameof(options.RowsPerRequest)), options.RowsPerRequest, 1, 1_024);
        Number(Named(nameof(options.ParallelRequests)), options.ParallelRequests, 0, 256);
        Number(Named(nameof(options.RowTimeoutSeconds)), options.RowTimeoutSeconds, 0.001, 3_600);
        Number(Named(nameof(options.BusyLimitSeconds)), options.BusyLimitSeconds, 0, 86_400);
        Number(Named(nameof(options.PollMinSeconds)), options.PollMinSeconds, 0.01, 60);
        Number(Named(nameof(options.PollMaxSeconds)), options.PollMaxSeconds, 0.01, 300);
        Number(Named(nameof(options.RetryDelaySeconds)), options.RetryDelaySeconds, 0, 3_600);
        if (options.PollMaxSeconds < options.PollMinSeconds)
        {
            problems.Add($"{QueueOptions.Section}:PollMaxSeconds is {options.PollMaxSeconds}; it must not be less than PollMinSeconds ({options.PollMinSeconds}).");
        }

        Containers(nameof(options.AllowedInputContainers), options.AllowedInputContainers);
        Containers(nameof(options.AllowedOutputContainers), options.AllowedOutputContainers);
        Number("host.json: extensions.queues.batchSize", host.BatchSize, 1, 32);
        Number("host.json: extensions.queues.maxDequeueCount", host.MaxDequeueCount, 1, 100);
        Number("host.json: extensions.queues.visibilityTimeout (seconds)", host.VisibilityTimeout.TotalSeconds, 1, 7 * 24 * 3_600);
        if (options.Name is not null)
        {
            Account(problems, options);
        }

        return problems;

        void Number(string name, double value, double least, double most)
        {
            if (!(value >= least && value <= most))
            {
                problems.Add($"{name} is {value}; it must be from {least} to {most}.");
            }
        }

        static string Named(string name) => $"{QueueOptions.Section}:{name}";

        void Containers(string name, IReadOnlyList<string> entries)
        {
            foreach (var entry in entries.Where(entry => !ContainerRule.TryParse(entry, out _)))
            {
                problems.Add($"{QueueOptions.Section}:{name} has '{entry}'; an entry must be 'container' or 'container/prefix' by Azure's naming rules.");
            }

            if (options.Name is not null && entries.Count == 0)
            {
                problems.Add($"{QueueOptions.Section}:{name} is empty; with a queue to read, it must name at least one container.");
            }
        }
    }

    private static void Account(List<string> problems, QueueOptions options)
    {
        // The poison queue's name must be one too.
        if (!BlobName.IsContainer(options.Name + QueueOptions.PoisonSuffix) || !BlobName.IsContainer(options.Name))
        {
            problems.Add($"{QueueOptions.Section}:Name is '{options.Name}'; a queue's name has 3 to {63 - QueueOptions.PoisonSuffix.Length} lower-case letters, digits and single hyphens.");
        }

        if (options.ConnectionString is null == options.Account is null)
        {
            problems.Add($"{QueueOptions.Section}: exactly one of ConnectionString and Account must be given.");
        }

        if (options.Account is not null && !StorageClients.TryAddresses(options.Account, out _, out _))
        {
            // Unsaid: people put a connection string or a signed address here.
            problems.Add($"{QueueOptions.Section}:Account is not the account's blob address: https://name.blob.suffix, without path or query.");
        }

        if (options.ConnectionString is not null)
        {
            try
            {
                _ = new QueueServiceClient(options.ConnectionString);
            }
            catch (Exception malformed) when (malformed is FormatException or ArgumentException or InvalidOperationException)
            {
                // The text of the exception may repeat the secret.
                problems.Add($"{QueueOptions.Section}:ConnectionString is not the connection string of a storage account.");
            }
        }
    }
}
