using System.CommandLine;
using System.Globalization;
using TrustedServe.Kubernetes.Simulation;
using TrustedServe.Kubernetes.Simulation.Scaling;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>What KEDA, the autoscaler and one instance are told, as options of the command line.</summary>
internal sealed class SimulateOptions
{
    private readonly Option<double> perInstance = new("--per-instance") { Description = "Requests a second that one instance answers ('trustedserve bench' measures it).", DefaultValueFactory = _ => 100 };
    private readonly Option<double> service = new("--service-ms") { Description = "Milliseconds of one request by itself; of a job: the whole job.", DefaultValueFactory = _ => 20 };
    private readonly Option<double> coldStart = new("--cold-start") { Description = "Seconds from the decision to the first answer; its last part is what 'trustedserve bench cold-start' measures.", DefaultValueFactory = _ => 30 };
    private readonly Option<ScaleMetric> metric = new("--metric") { Description = "What the trigger measures: queue (waiting and in hand), visible (waiting), rate (requests a second), work (seconds of work waiting).", DefaultValueFactory = _ => ScaleMetric.Queue };
    private readonly Option<MetricTarget> type = new("--metric-type") { Description = "averageValue or value, as the trigger's metricType.", DefaultValueFactory = _ => MetricTarget.AverageValue };
    private readonly Option<double?> target = new("--target") { Description = "The trigger's target. Default: queue and visible 5 (jobs: 1), rate 0.7 of --per-instance, work 5." };
    private readonly Option<double> activation = new("--activation") { Description = "Active when the metric is greater." };
    private readonly Option<int> polling = new("--polling") { Description = "pollingInterval in seconds.", DefaultValueFactory = _ => 30 };
    private readonly Option<int> cooldown = new("--cooldown") { Description = "cooldownPeriod in seconds.", DefaultValueFactory = _ => 300 };
    private readonly Option<int> initialCooldown = new("--initial-cooldown") { Description = "initialCooldownPeriod in seconds." };
    private readonly Option<int> least = new("--min") { Description = "minReplicaCount." };
    private readonly Option<int> most = new("--max") { Description = "maxReplicaCount.", DefaultValueFactory = _ => 100 };
    private readonly Option<int?> idle = new("--idle") { Description = "idleReplicaCount." };
    private readonly Option<int> sync = new("--hpa-sync") { Description = "Seconds between the autoscaler's looks.", DefaultValueFactory = _ => 15 };
    private readonly Option<double> tolerance = new("--tolerance") { Description = "The autoscaler's tolerance.", DefaultValueFactory = _ => 0.1 };
    private readonly Option<int> upWindow = new("--up-window") { Description = "Stabilisation window upwards in seconds." };
    private readonly Option<int> downWindow = new("--down-window") { Description = "Stabilisation window downwards in seconds.", DefaultValueFactory = _ => ScalingRules.Down.StabilizationWindowSeconds };
    private readonly Option<string?> upPolicies = new("--up-policies") { Description = "Upwards, type:value:seconds with commas between: percent:100:15,pods:4:15 (the default), or none to shut it." };
    private readonly Option<string?> downPolicies = new("--down-policies") { Description = "The same downwards; default percent:100:15." };
    private readonly Option<JobStrategy?> jobs = new("--jobs") { Description = "A ScaledJob, one message a job, with this strategy: default, custom, accurate, eager." };
    private readonly Option<int> deduction = new("--job-deduction") { Description = "customScalingQueueLengthDeduction." };
    private readonly Option<double> runningShare = new("--job-running-share") { Description = "customScalingRunningJobPercentage, 0 to 1." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            perInstance, service, coldStart, metric, type, target, activation, polling, cooldown, initialCooldown, least, most, idle, sync, tolerance,
            upWindow, downWindow, upPolicies, downPolicies, jobs, deduction, runningShare,
        })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What one instance does.</summary>
    public InstanceProfile Instance(ParseResult parsed) => new()
    {
        PerSecond = parsed.GetValue(perInstance),
        ServiceSeconds = parsed.GetValue(service) / 1_000,
        ColdStartSeconds = parsed.GetValue(coldStart),
    };

    /// <summary>What KEDA and the autoscaler are told.</summary>
    public ScaleSettings Settings(ParseResult parsed)
    {
        var strategy = parsed.GetValue(jobs);
        var measured = parsed.GetValue(metric);
        return new ScaleSettings
        {
            Metric = measured,
            MetricTarget = parsed.GetValue(type),
            Target = parsed.GetValue(target) ?? (strategy is not null ? 1 : measured == ScaleMetric.Rate ? 0.7 * parsed.GetValue(perInstance) : 5),
            Activation = parsed.GetValue(activation),
            PollingSeconds = parsed.GetValue(polling),
            CooldownSeconds = parsed.GetValue(cooldown),
            InitialCooldownSeconds = parsed.GetValue(initialCooldown),
            MinReplicas = parsed.GetValue(least),
            MaxReplicas = parsed.GetValue(most),
            IdleReplicas = parsed.GetValue(idle),
            SyncSeconds = parsed.GetValue(sync),
            Tolerance = parsed.GetValue(tolerance),
            ScaleUp = Rules(ScalingRules.Up, parsed.GetValue(upPolicies), parsed.GetValue(upWindow)),
            ScaleDown = Rules(ScalingRules.Down, parsed.GetValue(downPolicies), parsed.GetValue(downWindow)),
            Jobs = strategy is { } chosen ? new JobScaling { Strategy = chosen, QueueLengthDeduction = parsed.GetValue(deduction), RunningJobPercentage = parsed.GetValue(runningShare) } : null,
        };
    }

    private static ScalingRules Rules(ScalingRules usual, string? policies, int window) => policies switch
    {
        null => usual with { StabilizationWindowSeconds = window },
        "none" => usual with { StabilizationWindowSeconds = window, Select = PolicySelect.Disabled },
        _ => usual with { StabilizationWindowSeconds = window, Policies = [.. policies.Split(',').Select(Policy)] },
    };

    private static ScalingPolicy Policy(string text) =>
        text.Split(':') is [var type, var value, var period] && Enum.TryParse<ScalingPolicyType>(type, ignoreCase: true, out var kind) && !int.TryParse(type, out _)
        && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && int.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new ScalingPolicy(kind, most, seconds)
            : throw TsfErrors.Usage.With($"'{text}' is no policy: percent or pods, a value and seconds, as in percent:100:15.");
}
