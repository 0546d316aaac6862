namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>Collects what the steps found. Each method answers whether verification may go on.</summary>
internal sealed class StepLog
{
    private readonly List<StepResult> steps = new(48);

    public IReadOnlyList<StepResult> Steps => steps;

    /// <summary>The failed step, which is the last one; null while none has failed.</summary>
    public StepResult? Refusal { get; private set; }

    public bool Add(StepResult result)
    {
        steps.Add(result);
        Refusal ??= result.Passed ? null : result;
        return result.Passed;
    }

    public bool Check(TdxStep step, bool passed, string expected, string seen) => Add(new StepResult(step, passed, expected, seen));

    public bool Pass(TdxStep step, string expected, string seen) => Check(step, passed: true, expected, seen);

    public bool Fail(TdxStep step, string expected, string seen) => Check(step, passed: false, expected, seen);

    /// <summary>A step that is about one signature.</summary>
    public bool CheckSignature(TdxStep step, bool holds, string expected) => Check(step, holds, expected, holds ? "so" : "a signature that does not hold");

    /// <summary>A step that does not hold and that an <c>Insecure</c> option lets pass.</summary>
    public bool Waive(TdxStep step, string expected, string seen) => Add(new StepResult(step, Passed: true, expected, seen, Waived: true));
}
