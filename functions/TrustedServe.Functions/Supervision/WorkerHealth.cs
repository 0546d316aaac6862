using System.Globalization;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Supervision;

/// <summary>What a worker says of itself beside its steps: how far its start is, what that waits for, for how long its attestation is good.</summary>
/// <remarks>
/// The attestation is good for as long as the worker said last, counted from before it was asked; a worker that says nothing any more is
/// not trusted longer than that.
/// </remarks>
internal sealed class WorkerHealth(TimeSpan attestationAge, TimeProvider time)
{
    private const string AttestationAge = "attestation-age";

    private volatile StartReport report = new();
    private volatile WaitCause? waitsFor;
    private volatile Validity validity = new(0, TimeSpan.Zero);

    /// <summary>How far the start is.</summary>
    public StartReport Report => report;

    /// <summary>What the start waits for; null when it goes on.</summary>
    public WaitCause? WaitsFor => waitsFor;

    /// <summary>Whether the attestation is not past its greatest age.</summary>
    public bool IsAttested => validity is var last && time.GetElapsedTime(last.Since) < last.Left;

    /// <summary>A process was started.</summary>
    public void Begin()
    {
        report = new StartReport();
        validity = new Validity(time.GetTimestamp(), attestationAge);
    }

    /// <summary>A process ended, and another is started later: for what another time could change, it is said meanwhile.</summary>
    public void End(WorkerEnd end)
    {
        report = new StartReport();
        if (end.Kind == WorkerEndKind.Retryable)
        {
            Wait(end.Code);
        }
    }

    /// <summary>Takes a step of the start.</summary>
    public void Take(StartStep step)
    {
        if (step.Phase == StartStep.Types.Phase.Waiting)
        {
            Wait(step.Code);
            return;
        }

        // Every process gets as far as this, whatever it will wait for.
        if (step.Phase is not (StartStep.Types.Phase.Hardened or StartStep.Types.Phase.Failed))
        {
            waitsFor = null;
        }

        if (step.Details.TryGetValue(AttestationAge, out var text)
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0 && seconds < attestationAge.TotalSeconds)
        {
            validity = new Validity(time.GetTimestamp(), attestationAge - TimeSpan.FromSeconds(seconds));
        }
    }

    /// <summary>Takes a report.</summary>
    /// <param name="said">What the worker said.</param>
    /// <param name="asked">When it was asked.</param>
    public void Take(StartReport said, long asked)
    {
        report = said;
        if (said.HasAttestationSecondsLeft && double.IsFinite(said.AttestationSecondsLeft))
        {
            validity = new Validity(asked, TimeSpan.FromSeconds(Math.Clamp(said.AttestationSecondsLeft, 0, attestationAge.TotalSeconds)));
        }
    }

    private void Wait(string code)
    {
        if (waitsFor?.Error.Code != code)
        {
            waitsFor = new WaitCause(TsfErrors.Find(code) ?? TsfErrors.Internal, time.GetTimestamp());
        }
    }

    private sealed record Validity(long Since, TimeSpan Left);
}
