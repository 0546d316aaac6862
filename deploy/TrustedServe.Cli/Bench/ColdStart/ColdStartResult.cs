namespace TrustedServe.Cli.Bench.ColdStart;

/// <summary>One start.</summary>
/// <param name="Timeline">Its steps.</param>
/// <param name="Ready">Seconds until every model was ready.</param>
/// <param name="FirstAnswer">Seconds until the model that was asked had answered; null when none was.</param>
internal sealed record ColdStartResult(StartTimeline Timeline, double Ready, double? FirstAnswer)
{
    /// <summary>Seconds that the start took.</summary>
    public double Total => FirstAnswer ?? Ready;
}
