namespace TrustedServe.Kubernetes.Checks.Codes;

public static partial class CheckCodes
{
    /// <summary>TSK080: messages in work are not counted.</summary>
    public static readonly CheckCode BusyPodsUncounted = new(
        "TSK080",
        Severity.Error,
        "Messages in work are not counted",
        "visibleonly sees an empty queue while pods work on its messages, and scales them away.",
        "Use queueLengthStrategy: all with a ScaledObject.");

    /// <summary>TSK081: queue length and job strategy do not fit.</summary>
    public static readonly CheckCode JobStrategyPair = new(
        "TSK081",
        Severity.Error,
        "Queue length and job strategy do not fit",
        "accurate expects only messages that nobody works on, default expects all: other pairs start jobs twice or too few.",
        "Pair accurate with visibleonly, or default with all.");

    /// <summary>TSK082: pods in work are ended before their job is.</summary>
    public static readonly CheckCode GraceShorterThanJob = new(
        "TSK082",
        Severity.Error,
        "Pods in work are ended before their job is",
        "Scaling in ends any pod: its job is started again from the beginning.",
        "Set terminationGracePeriodSeconds (and activeDeadlineSeconds of jobs) above the longest job.");

    /// <summary>TSK083: the cool-down is shorter than a job may take.</summary>
    public static readonly CheckCode CooldownShorterThanGrace = new(
        "TSK083",
        Severity.Warning,
        "The cool-down is shorter than a job may take",
        "The last instance is ended while messages come at longer intervals, and each pays a cold start.",
        "Set cooldownPeriod to at least terminationGracePeriodSeconds.");

    /// <summary>TSK084: scaling in does not wait.</summary>
    public static readonly CheckCode NoStabilization = new(
        "TSK084",
        Severity.Warning,
        "Scaling in does not wait",
        "Replicas follow every dip of the load; each that is missing afterwards costs a cold start.",
        "Leave scaleDown.stabilizationWindowSeconds at 300, or at least at the cold start's length.");

    /// <summary>TSK085: nothing can start the first instance.</summary>
    public static readonly CheckCode NoActivator = new(
        "TSK085",
        Severity.Error,
        "Nothing can start the first instance",
        "At zero replicas a metric that the pods serve themselves has no endpoint, and CPU and memory have no pods.",
        "Add an azure-queue trigger or the HTTP add-on's external-push, or set minReplicaCount to 1.");

    /// <summary>TSK086: the metric is read from one pod.</summary>
    public static readonly CheckCode OnePodMeasured = new(
        "TSK086",
        Severity.Warning,
        "The metric is read from one pod",
        "metrics-api asks one of the pods behind the Service, by chance.",
        "Set aggregateFromKubeServiceEndpoints: \"true\".");

    /// <summary>TSK087: there is no fallback.</summary>
    public static readonly CheckCode NoFallback = new(
        "TSK087",
        Severity.Warning,
        "There is no fallback",
        "When the metric cannot be read, the replicas stay as they are, however much work comes.",
        "Set fallback with failureThreshold and replicas.");

    /// <summary>TSK088: the target is above what one instance takes.</summary>
    public static readonly CheckCode TargetAboveCapacity = new(
        "TSK088",
        Severity.Warning,
        "The target is above what one instance takes",
        "The instance refuses requests before another one is asked for.",
        "Set the target below lanes and waiting requests together (Worker:QueueCapacity).");

    /// <summary>TSK089: the numbers of replicas contradict each other.</summary>
    public static readonly CheckCode ReplicaBounds = new(
        "TSK089",
        Severity.Error,
        "The numbers of replicas contradict each other",
        "KEDA refuses the object.",
        "idleReplicaCount must be below minReplicaCount, and that not above maxReplicaCount.");

    /// <summary>TSK090: maxReplicaCount is left at 100.</summary>
    public static readonly CheckCode NoReplicaLimit = new(
        "TSK090",
        Severity.Warning,
        "maxReplicaCount is left at 100",
        "A full queue asks for 100 trust domains.",
        "Set maxReplicaCount to what the nodes hold.");

    /// <summary>TSK091: two scalers scale one workload.</summary>
    public static readonly CheckCode TwoScalers = new(
        "TSK091",
        Severity.Error,
        "Two scalers scale one workload",
        "They undo each other's decisions.",
        "Keep one ScaledObject, and no HorizontalPodAutoscaler of your own beside it.");

    /// <summary>TSK092: a scaled workload states its replicas.</summary>
    public static readonly CheckCode ReplicasFixed = new(
        "TSK092",
        Severity.Warning,
        "A scaled workload states its replicas",
        "Every apply puts the number back and ends pods in work.",
        "Remove spec.replicas.");

    /// <summary>TSK093: an update of the ScaledJob ends jobs in work.</summary>
    public static readonly CheckCode RolloutEndsJobs = new(
        "TSK093",
        Severity.Error,
        "An update of the ScaledJob ends jobs in work",
        "Without a gradual rollout KEDA deletes running jobs.",
        "Set rollout.strategy: gradual.");

    /// <summary>TSK094: an outdated form of KEDA is used.</summary>
    public static readonly CheckCode LegacyScaling = new(
        "TSK094",
        Severity.Warning,
        "An outdated form of KEDA is used",
        "It is to be removed, or was.",
        "Use an InterceptorRoute with an external-push trigger in place of HTTPScaledObject, and azure-workload in place of azure.");
}
