using System.Globalization;
using TrustedServe.Attestation.Modes;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>
/// Builds the container. Its environment only tunes: whatever decides trust is in initdata or in the settings resource that the
/// broker releases, and the front end refuses a start that finds it here.
/// </summary>
internal static class ContainerBuilder
{
    private const string Prefix = "TRUSTEDSERVE__";

    public static ContainerSpec Build(DeploymentDescription description, MemoryBudget budget, int graceSeconds) => new(
        "instance",
        description.Image,
        description.Triggers.Queue?.Mode == QueueMode.Job ? [ImageContract.FrontEnd, "--once"] : [ImageContract.FrontEnd],
        [.. ImageContract.Environment, new(TrustModes.StrictVariable, "1"), .. Settings(description, graceSeconds).Select(setting => KeyValuePair.Create(Prefix + setting.Key, setting.Value))],
        [
            new("weights", ImageContract.WeightsDirectory, budget.WeightsVolume),
            new("run", ImageContract.RunDirectory, budget.RunVolume),
        ]);

    /// <summary>The resource that holds the settings which decide trust. Its name may stand anywhere: the broker decides who gets it.</summary>
    public static string SettingsResource(DeploymentDescription description) => description.Trust.Settings ?? $"kbs:///settings/instance/{description.Name}";

    private static IEnumerable<KeyValuePair<string, string>> Settings(DeploymentDescription description, int graceSeconds)
    {
        var instance = description.Instance;
        yield return new("Trust__Settings", SettingsResource(description));
        if (description.Triggers.Http is not null)
        {
            yield return new("Http__Listen", string.Create(CultureInfo.InvariantCulture, $"http://0.0.0.0:{ImageContract.HttpPort}"));
        }

        yield return new("Health__Listen", string.Create(CultureInfo.InvariantCulture, $"http://0.0.0.0:{ImageContract.HealthPort}"));
        for (var i = 0; i < description.Models.Count; i++)
        {
            yield return new(string.Create(CultureInfo.InvariantCulture, $"Models__Names__{i}"), description.Models[i].Name);
        }

        yield return new("Worker__WeightsDirectory", ImageContract.WeightsDirectory);
        yield return new("Worker__Placement", instance.Placement.ToString());
        foreach (var (name, value) in (IEnumerable<(string, int)>)[("Worker__FrontEndCores", instance.FrontEndCores), ("Worker__Lanes", instance.Lanes), ("Worker__LaneWidth", instance.LaneWidth)])
        {
            if (value > 0)
            {
                yield return new(name, value.ToString(CultureInfo.InvariantCulture));
            }
        }

        if (description.Triggers.Queue is { } queue)
        {
            yield return new("Queue__Name", queue.Name);
        }

        yield return new("Drain__GraceSeconds", graceSeconds.ToString(CultureInfo.InvariantCulture));
    }
}
