namespace TrustedServe.Worker.Starting;

/// <summary>How the process shall end.</summary>
internal sealed class StartOutcome
{
    /// <summary>The exit code; 0 unless the start failed, or the model may not be served any more.</summary>
    public int ExitCode { get; set; }
}
