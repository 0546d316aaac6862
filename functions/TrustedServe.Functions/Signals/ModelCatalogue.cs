using TrustedServe.Functions.Supervision;

namespace TrustedServe.Functions.Signals;

/// <summary>Which model versions there are figures of: those that this front end serves.</summary>
internal sealed class ModelCatalogue(WorkerFleet fleet)
{
    /// <summary>All of them, in the order of their names.</summary>
    public IReadOnlyList<ModelWorkers> All => [.. fleet.Lives
        .Select(life => life.Workers)
        .OrderBy(workers => workers.Model, StringComparer.Ordinal)
        .ThenBy(workers => workers.Version, StringComparer.Ordinal)];

    /// <summary>The one of a name, of the default version when none is named; null when it is not served here.</summary>
    public ModelKey? Find(string model, string? version)
    {
        if (fleet.Find(model) is not { } versions)
        {
            return null;
        }

        var found = version is null ? versions.Values.FirstOrDefault(workers => workers.IsDefault) : versions.GetValueOrDefault(version);
        return found is null ? null : new ModelKey(found.Model, found.Version);
    }
}
