namespace TrustedServe.Protocol.Trust;

/// <summary>
/// Which settings decide trust. The front end refuses them from where a machine's owner can write, and the check of manifests
/// looks for them there: one list, so that the two cannot differ.
/// </summary>
public static class TrustSettings
{
    /// <summary>The setting that names the resource which the settings that decide trust are taken from.</summary>
    public const string ResourceKey = "Trust:Settings";

    /// <summary>Where inline API keys stand in that resource.</summary>
    public const string ApiKeysKey = "Http:ApiKeys";

    /// <summary>What stands before the settings of the queue.</summary>
    public const string QueuePrefix = "Queue:";

    /// <summary>
    /// What stands in the section of trust and decides none. The resource and the evidence's paths only say where to look: the
    /// broker judges what is found there by the hardware's signature, so a wrong one can only fail.
    /// </summary>
    private static readonly string[] TuningKeys = [ResourceKey, "Trust:ReportRoot", "Trust:EventLogFile", "Trust:InitDataFile"];

    private static readonly string[] DecidingKeys = ["Models:Store", "Models:StoreConnectionString", "Http:ApiKeysFile", "Worker:Executable", "Worker:AttestationMaxAgeSeconds"];

    private static readonly string[] DecidingQueueWords = ["Connection", "Account", "Container", "Allowed", "Key"];

    /// <summary>Whether a setting decides trust.</summary>
    /// <param name="key">The setting under <c>TrustedServe:</c>, without that prefix.</param>
    public static bool Decides(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (TuningKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        return key.StartsWith("Trust:", StringComparison.OrdinalIgnoreCase)
            || IsApiKeys(key)
            || IsInsecure(key)
            || DecidingKeys.Contains(key, StringComparer.OrdinalIgnoreCase)
            || (key.StartsWith(QueuePrefix, StringComparison.OrdinalIgnoreCase)
                && DecidingQueueWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Whether a setting is one of the inline API keys.</summary>
    public static bool IsApiKeys(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith(ApiKeysKey + ":", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a setting is for development only.</summary>
    public static bool IsInsecure(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Contains("Insecure", StringComparison.OrdinalIgnoreCase);
    }
}
