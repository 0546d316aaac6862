namespace TrustedServe.Cli.Hosting;

/// <summary>Event ids of the front end's log that the command line shows.</summary>
internal static class LogIds
{
    /// <summary>Listening: Url, HealthUrl.</summary>
    public const int Listening = 2001;

    /// <summary>Which trust mode was decided.</summary>
    public const int TrustMode = 2002;

    /// <summary>Every model is ready.</summary>
    public const int Ready = 2003;

    /// <summary>Progress of a batch job: Rows done so far.</summary>
    public const int JobProgress = 6002;

    /// <summary>A step of a worker's start: Model, Version, Phase, Seconds, Details, Code, Reason.</summary>
    public const int WorkerStep = 2101;

    /// <summary>A worker's process was started: Model, Version, Process.</summary>
    public const int WorkerStarted = 2103;
}
