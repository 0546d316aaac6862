namespace TrustedServe.Kubernetes.Checks.Codes;

/// <summary>One member of the closed list of findings.</summary>
/// <param name="Code">The stable code, <c>TSK</c> and three digits; never reused for another meaning.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Title">What is so, in one sentence without a full stop.</param>
/// <param name="Why">Why it matters, in one sentence.</param>
/// <param name="Remedy">What to do, in one sentence.</param>
public sealed record CheckCode(string Code, Severity Severity, string Title, string Why, string Remedy)
{
    /// <inheritdoc/>
    public override string ToString() => Code;
}
