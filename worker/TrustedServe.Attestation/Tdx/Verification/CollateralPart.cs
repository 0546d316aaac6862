namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>One piece of collateral after the checks that need neither quote nor clock: its value, or the step that failed.</summary>
internal sealed class CollateralPart<T>
    where T : class
{
    private CollateralPart(T? value, IReadOnlyList<StepResult> steps) => (Value, Steps) = (value, steps);

    /// <summary>The piece; null when a step failed.</summary>
    public T? Value { get; }

    /// <summary>The steps taken; the failed one is the last.</summary>
    public IReadOnlyList<StepResult> Steps { get; }

    public static CollateralPart<T> Sound(T value, StepLog log) => new(value, log.Steps);

    public static CollateralPart<T> Defective(StepLog log) => new(null, log.Steps);
}
