using System.Diagnostics.CodeAnalysis;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The result of verifying a quote. What it says about the TD is true only when <see cref="IsAccepted"/>.</summary>
public sealed class TdxVerdict
{
    /// <summary>Only a verifier makes verdicts.</summary>
    internal TdxVerdict()
    {
    }

    /// <summary>True when every step passed.</summary>
    [MemberNotNullWhen(false, nameof(Refusal))]
    [MemberNotNullWhen(true, nameof(Claims))]
    public bool IsAccepted => Refusal is null;

    /// <summary>The step that failed; null when the quote is accepted.</summary>
    public required StepResult? Refusal { get; init; }

    /// <summary>Every step taken, in order; the failed one is the last.</summary>
    public required IReadOnlyList<StepResult> Steps { get; init; }

    /// <summary>The moment at which the quote was judged.</summary>
    public required DateTimeOffset Clock { get; init; }

    /// <summary>What the quote says about its TD; null when the bytes are no quote.</summary>
    public required TdxClaims? Claims { get; init; }

    /// <summary>What the platform's certificate says about it; null when verification did not get that far.</summary>
    public required PckExtension? Platform { get; init; }

    /// <summary>How up to date the evidence is; null when verification did not get that far, or had no collateral.</summary>
    public required TcbAssessment? Tcb { get; init; }

    /// <summary>The converged status; <see cref="TcbStatus.Unknown"/> when nothing was judged.</summary>
    public TcbStatus Status => Tcb?.Status ?? TcbStatus.Unknown;

    /// <summary>Every advisory that is still open on this platform.</summary>
    public IReadOnlyList<string> AdvisoryIds => Tcb?.AdvisoryIds ?? [];

    /// <summary>The TCB evaluation data number of the TCB info used; null when verification did not get that far.</summary>
    public required int? EvaluationDataNumber { get; init; }

    /// <summary>SHA-384 of the root key that the verdict rests on.</summary>
    public required string RootKeyId { get; init; }

    /// <summary>From when to when each piece counts that the verdict rests on, as far as verification got.</summary>
    public required IReadOnlyList<CollateralValidity> Validity { get; init; }

    /// <summary>The piece that expires first; null when there is none.</summary>
    public CollateralValidity? EarliestExpiry => Validity.MinBy(piece => piece.Until);

    /// <summary>The steps that did not hold and that an <c>Insecure</c> option let pass.</summary>
    public IEnumerable<StepResult> Waived => Steps.Where(step => step.Waived);

    /// <summary>Goes on only with an accepted quote.</summary>
    /// <exception cref="TsfException">TSF3201: the quote was refused; the message names the step, what was expected and what was seen.</exception>
    public void ThrowIfRefused()
    {
        if (Refusal is { } refusal)
        {
            throw TsfErrors.QuoteRefused.With($"{refusal.Step}: expected {refusal.Expected}, seen {refusal.Seen}");
        }
    }
}
