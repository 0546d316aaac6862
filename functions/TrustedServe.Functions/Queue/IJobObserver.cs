namespace TrustedServe.Functions.Queue;

/// <summary>Is told how jobs go on, as it happens; called by the jobs themselves, so it must be quick and must not throw.</summary>
internal interface IJobObserver
{
    /// <summary>A job is at something else than before.</summary>
    void Changed(JobProgress job, JobPhase before);

    /// <summary>Rows of a job were scored.</summary>
    /// <param name="job">The job.</param>
    /// <param name="rows">How many, failed ones included.</param>
    /// <param name="bytes">What they took in the input, line ends included.</param>
    void Scored(JobProgress job, int rows, long bytes);
}
