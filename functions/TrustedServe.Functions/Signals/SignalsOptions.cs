using TrustedServe.Functions.Settings;

namespace TrustedServe.Functions.Signals;

/// <summary>The signals for scaling. Nothing of this decides trust.</summary>
internal sealed record SignalsOptions
{
    /// <summary>The shortest time in seconds between two looks at the queue, which is looked at only when somebody asks. <value>Default 5; 1 to 300.</value></summary>
    public int RefreshSeconds { get; init; } = 5;

    /// <summary>
    /// What is known of the queue is left out once it is older than this, in seconds; never before it is to be refreshed. <value>Default 60;
    /// 1 to 3,600.</value>
    /// </summary>
    public int StaleSeconds { get; init; } = 60;

    /// <summary>What a row is taken to cost an instance, in microseconds, until it was measured for the first time. <value>Default 10,000; 1 to 1,000,000,000.</value></summary>
    public int AssumedMicrosecondsPerRow { get; init; } = 10_000;

    /// <summary>What a row is taken to have in bytes until rows of that model were read for the first time. <value>Default 256; 1 to 1,073,741,824.</value></summary>
    public int AssumedBytesPerRow { get; init; } = 256;

    /// <summary>Whether measured costs are kept, as numbers in the queue's metadata, for instances to come. <value>Default true.</value></summary>
    public bool KeepMeasurements { get; init; } = true;

    /// <summary>Reads them; every problem goes to the reader.</summary>
    public static SignalsOptions Read(SettingsReader reader)
    {
        var defaults = new SignalsOptions();
        return new SignalsOptions
        {
            RefreshSeconds = reader.Integer("Signals:RefreshSeconds", defaults.RefreshSeconds, 1, 300),
            StaleSeconds = reader.Integer("Signals:StaleSeconds", defaults.StaleSeconds, 1, 3600),
            AssumedMicrosecondsPerRow = reader.Integer("Signals:AssumedMicrosecondsPerRow", defaults.AssumedMicrosecondsPerRow, 1, 1_000_000_000),
            AssumedBytesPerRow = reader.Integer("Signals:AssumedBytesPerRow", defaults.AssumedBytesPerRow, 1, 1 << 30),
            KeepMeasurements = reader.Flag("Signals:KeepMeasurements", defaults.KeepMeasurements),
        };
    }
}
