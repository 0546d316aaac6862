using System.Globalization;
using TrustedServe.Functions.Settings;

namespace TrustedServe.Functions.Queue;

/// <summary>Reads the queue trigger's settings and reports every problem at once: misspelt names, values of the wrong kind, broken rules.</summary>
internal static class QueueOptionsReader
{
    private const string Prefix = QueueOptions.Prefix;

    /// <summary>Reads and validates; every problem goes to the reader.</summary>
    internal static QueueOptions Read(SettingsReader reader, QueueHostSettings host)
    {
        var defaults = new QueueOptions();
        var options = new QueueOptions
        {
            Name = reader.Text(Prefix + nameof(QueueOptions.Name)),
            ConnectionString = reader.Text(Prefix + nameof(QueueOptions.ConnectionString)),
            Account = reader.Text(Prefix + nameof(QueueOptions.Account)),
            AllowedInputContainers = reader.List(Prefix + nameof(QueueOptions.AllowedInputContainers)),
            AllowedOutputContainers = reader.List(Prefix + nameof(QueueOptions.AllowedOutputContainers)),
            MaxMessageBytes = Integer(nameof(QueueOptions.MaxMessageBytes), defaults.MaxMessageBytes),
            RowsPerRequest = Integer(nameof(QueueOptions.RowsPerRequest), defaults.RowsPerRequest),
            ParallelRequests = Integer(nameof(QueueOptions.ParallelRequests), defaults.ParallelRequests),
            RowTimeoutSeconds = Seconds(nameof(QueueOptions.RowTimeoutSeconds), defaults.RowTimeoutSeconds),
            BusyLimitSeconds = Seconds(nameof(QueueOptions.BusyLimitSeconds), defaults.BusyLimitSeconds),
            PollMinSeconds = Seconds(nameof(QueueOptions.PollMinSeconds), defaults.PollMinSeconds),
            PollMaxSeconds = Seconds(nameof(QueueOptions.PollMaxSeconds), defaults.PollMaxSeconds),
            RetryDelaySeconds = Seconds(nameof(QueueOptions.RetryDelaySeconds), defaults.RetryDelaySeconds),
            InsecurePlaintextRows = reader.Flag(Prefix + nameof(QueueOptions.InsecurePlaintextRows)),
        };
        foreach (var problem in QueueOptionsValidator.Validate(options, host))
        {
            reader.Report(problem);
        }

        return options;

        // Ranges are the validator's; here only the kind of value counts.
        int Integer(string name, int instead) => reader.Integer(Prefix + name, instead, int.MinValue, int.MaxValue);

        double Seconds(string name, double instead) => reader.Text(Prefix + name) is not { } text ? instead
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
            : reader.Refuse(Prefix + name, "must be a number of seconds", instead);
    }
}
