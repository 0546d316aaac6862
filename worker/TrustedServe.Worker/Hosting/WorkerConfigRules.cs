using System.Text;
using TrustedServe.Attestation.Modes;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Worker.Hosting;

/// <summary>What a configuration must fulfil, checked all at once.</summary>
internal static class WorkerConfigRules
{
    private const int MostLanes = PlacementWishes.MaxLanes;
    private const int MostNodes = 1024;
    private const int LargestQueue = 1 << 16;
    private const int SmallestMessage = 1 << 16;
    private const int LargestMessage = 1 << 30;

    private const int LongestAge = 7 * 24 * 60 * 60;

    // sockaddr_un has 108 bytes, one for the end; the call socket's path is the longer one.
    private static readonly int LongestSocketPath = 107 - CallSocket.PathOf(string.Empty).Length;

    /// <summary>Refuses a configuration, naming every problem.</summary>
    /// <exception cref="TsfException">TSF0002.</exception>
    public static void Check(WorkerConfig config)
    {
        var problems = new List<string>();
        Require(config.Model.Length > 0, "model must not be empty");
        Require(config.Version.Length > 0, "version must not be empty");
        Require(config.Store.Length > 0, "store must not be empty");
        Require(Path.IsPathFullyQualified(config.Socket) && Encoding.UTF8.GetByteCount(config.Socket) <= LongestSocketPath, $"socket must be an absolute path of at most {LongestSocketPath} bytes");
        Require(config.Lanes is >= 0 and <= MostLanes, $"lanes must be from 0 to {MostLanes}, not {config.Lanes}");
        Require(config.LaneWidth is >= 0 and <= PlacementWishes.MaxLaneWidth, $"laneWidth must be from 0 to {PlacementWishes.MaxLaneWidth}, not {config.LaneWidth}");
        Require(config.Node is null or (>= 0 and < MostNodes), $"node must be from 0 to {MostNodes - 1}, not {config.Node}");
        Require(config.MemoryNode is null or (>= 0 and < MostNodes), $"memoryNode must be from 0 to {MostNodes - 1}, not {config.MemoryNode}");
        Require(config.Cores.Count <= CpuList.Limit && config.Cores.All(core => core is >= 0 and < CpuList.Limit), $"cores must be at most {CpuList.Limit} numbers from 0 to {CpuList.Limit - 1}");
        Require(config.QueueCapacity is >= 0 and <= LargestQueue, $"queueCapacity must be from 0 to {LargestQueue}, not {config.QueueCapacity}");
        Require(config.MaxMessageBytes is >= SmallestMessage and <= LargestMessage, $"maxMessageBytes must be from {SmallestMessage} to {LargestMessage}, not {config.MaxMessageBytes}");
        Require(config.AttestationMaxAgeSeconds is >= 1 and <= LongestAge, $"attestationMaxAgeSeconds must be from 1 to {LongestAge}, not {config.AttestationMaxAgeSeconds}");
        Require(config.DrainSeconds is >= 0 and <= 24 * 60 * 60, $"drainSeconds must be from 0 to 86400, not {config.DrainSeconds}");
        Require(Path.IsPathFullyQualified(config.WeightsDirectory), "weightsDirectory must be an absolute path");
        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidSettings.With($"The worker's configuration is not valid: {string.Join("; ", problems)}.");
        }

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }

    /// <summary>Refuses insecure options inside a trust domain, whoever asks for them: nothing there may need them.</summary>
    /// <exception cref="TsfException">TSF0003 naming them.</exception>
    public static void CheckTrust(WorkerConfig config, TrustMode mode)
    {
        string?[] insecure =
        [
            config.Trust.InsecureSimulatedEvidence ? "trust.insecureSimulatedEvidence" : null,
            config.InsecureAllowSwap ? "insecureAllowSwap" : null,
        ];
        if (mode == TrustMode.TrustDomain && insecure.Any(option => option is not null))
        {
            throw TsfErrors.UntrustedSetting.With($"Inside a trust domain a worker does not take {string.Join(" and ", insecure.Where(option => option is not null))}.");
        }
    }
}
