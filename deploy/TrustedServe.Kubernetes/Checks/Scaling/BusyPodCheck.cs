using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Scaling;

/// <summary>Whether scaling in leaves pods the time to finish what they have in hand.</summary>
internal static class BusyPodCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => Scaler.All(scope).SelectMany(scaler => Of(scaler, scope.Options.LongestJob?.TotalSeconds));

    private static IEnumerable<Finding> Of(Scaler scaler, double? longest)
    {
        if (scaler is { HasQueue: true, Target: { } target })
        {
            var grace = target.Spec["terminationGracePeriodSeconds"];
            if (!grace.Exists)
            {
                yield return grace.Found(CheckCodes.GraceShorterThanJob, "a consumer of a queue with the default grace of 30 s");
            }
            else if (target.Grace < longest)
            {
                yield return grace.Found(CheckCodes.GraceShorterThanJob, FormattableString.Invariant($"terminationGracePeriodSeconds {target.Grace}, longest job {longest} s"));
            }

            foreach (var limit in new[] { target.Root["spec"]["activeDeadlineSeconds"], target.Root["spec"]["jobTargetRef"]["activeDeadlineSeconds"], target.Spec["activeDeadlineSeconds"] })
            {
                if (limit.Number < longest)
                {
                    yield return limit.Found(CheckCodes.GraceShorterThanJob, FormattableString.Invariant($"activeDeadlineSeconds {limit.Text}, longest job {longest} s"));
                }
            }
        }

        if (scaler.IsJob)
        {
            var rollout = scaler.Spec["rollout"]["strategy"].Exists ? scaler.Spec["rollout"]["strategy"] : scaler.Spec["rolloutStrategy"];
            if (rollout.Text != "gradual")
            {
                yield return rollout.Found(CheckCodes.RolloutEndsJobs, rollout.Exists ? $"strategy {rollout.Text}" : "no rollout.strategy");
            }

            yield break;
        }

        if (scaler is { Fewest: 0, HasQueue: true, Target: { } consumer } && scaler.Cooldown < consumer.Grace)
        {
            yield return scaler.Spec["cooldownPeriod"].Found(CheckCodes.CooldownShorterThanGrace, FormattableString.Invariant($"cooldownPeriod {scaler.Cooldown}, terminationGracePeriodSeconds {consumer.Grace}"));
        }

        var window = scaler.Spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"];
        if (window.Number < ShortestWindow)
        {
            yield return window.Found(CheckCodes.NoStabilization, $"stabilizationWindowSeconds {window.Text}");
        }
    }

    // Attestation, unsealing and loading take about a minute at best in a guest that also pulls its image.
    private const double ShortestWindow = 60;
}
