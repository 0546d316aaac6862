namespace TrustedServe.Kubernetes.Description;

/// <summary>One value of a description that breaks its rule.</summary>
/// <param name="Line">Line, counted from 1.</param>
/// <param name="Column">Column, counted from 1.</param>
/// <param name="Path">Which value, for example <c>models[0].weights</c>.</param>
/// <param name="Value">What stands there; null where nothing does, or where it may be a secret.</param>
/// <param name="Rule">What must stand there.</param>
public sealed record DescriptionProblem(long Line, long Column, string Path, string? Value, string Rule)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Line}:{Column} {Path}{(Value is null ? "" : $" = '{Value}'")}: {Rule}";
}
