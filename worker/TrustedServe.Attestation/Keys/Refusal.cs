using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Keys;

/// <summary>Which claim a verifier or policy refused. None of its members is a secret.</summary>
/// <param name="Claim">Name of the claim, for example <c>measurement</c>.</param>
/// <param name="Expected">What it should have been.</param>
/// <param name="Seen">What it was.</param>
/// <param name="Rule">The rule that came closest, where there is one.</param>
public sealed record Refusal(string Claim, string Expected, string Seen, string? Rule = null)
{
    private const string DataKey = "TrustedServe.Attestation.Keys.Refusal";

    /// <summary>The step of verification that failed, where verification has steps.</summary>
    public string? Step { get; init; }

    /// <summary>The refusal that an exception carries, or null.</summary>
    public static Refusal? Of(TsfException exception) => exception.Data[DataKey] as Refusal;

    /// <summary>Makes the exception that carries this refusal.</summary>
    /// <param name="error">Its code.</param>
    /// <param name="message">The sentence before claim, expected and seen.</param>
    public TsfException As(ErrorCode error, string message)
    {
        var exception = error.With($"{message} {this}");
        exception.Data[DataKey] = this;
        return exception;
    }

    /// <summary>For people.</summary>
    public override string ToString() =>
        $"Claim '{Claim}': expected {Expected}; seen {Seen}.{(Rule is null ? "" : $" Rule '{Rule}'.")}{(Step is null ? "" : $" Step '{Step}'.")}";
}
