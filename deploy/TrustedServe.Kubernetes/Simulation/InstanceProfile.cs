using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Simulation;

/// <summary>What one instance does, as it was measured.</summary>
public sealed record InstanceProfile
{
    private const double MaxPerSecond = 10_000_000;
    private const double MaxSeconds = 86_400;

    /// <summary>Requests a second that one instance answers when it has always some; above 0. Measure it with <c>trustedserve bench</c>.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Seconds that one request takes by itself; of a job: the whole job.</summary>
    public required double ServiceSeconds { get; init; }

    /// <summary>Seconds from the decision to the first answer: scheduling, the guest's start, image, attestation, model. Its last part: <c>trustedserve bench cold-start</c>.</summary>
    public required double ColdStartSeconds { get; init; }

    /// <summary>Requests that an instance has in hand when it is full.</summary>
    public double InHand => PerSecond * ServiceSeconds;

    /// <summary>Refuses what is no instance.</summary>
    /// <exception cref="TsfException">TSF7081.</exception>
    public void Validate()
    {
        if (!(PerSecond is > 0 and <= MaxPerSecond) || !(ServiceSeconds is > 0 and <= MaxSeconds) || !(ColdStartSeconds is >= 0 and <= MaxSeconds))
        {
            throw TsfErrors.InvalidScaleSettings.With(FormattableString.Invariant(
                $"An instance with {PerSecond} requests/s, {ServiceSeconds} s for one and a cold start of {ColdStartSeconds} s; the rate is above 0 and at most {MaxPerSecond}, the time of one above 0 and at most {MaxSeconds} s, the cold start 0 to {MaxSeconds} s."));
        }
    }
}
