namespace TrustedServe.Kubernetes.Checks.Codes;

public static partial class CheckCodes
{
    /// <summary>TSK060: the pod is bare.</summary>
    public static readonly CheckCode BarePod = new(
        "TSK060",
        Severity.Error,
        "The pod is bare",
        "Nobody starts it again when its node fails, and nothing scales it.",
        "Use a Deployment, or a ScaledJob for one-shot jobs.");

    /// <summary>TSK061: a server has no readiness probe.</summary>
    public static readonly CheckCode NoReadinessProbe = new(
        "TSK061",
        Severity.Error,
        "A server has no readiness probe",
        "Requests are sent to it while it attests and loads, and while it drains.",
        "Add an HTTP readiness probe on /healthz/ready of the health port.");

    /// <summary>TSK062: a liveness probe runs during the start.</summary>
    public static readonly CheckCode NoStartupProbe = new(
        "TSK062",
        Severity.Warning,
        "A liveness probe runs during the start",
        "Attestation and loading take minutes: the probe ends the pod before it is ready, again and again.",
        "Add a startup probe whose failureThreshold × periodSeconds covers the cold start.");

    /// <summary>TSK063: the pod is ended before it has drained.</summary>
    public static readonly CheckCode GraceShorterThanDrain = new(
        "TSK063",
        Severity.Error,
        "The pod is ended before it has drained",
        "What is in hand is lost when terminationGracePeriodSeconds is shorter than preStop and Drain:GraceSeconds together.",
        "Set terminationGracePeriodSeconds to at least that sum.");

    /// <summary>TSK064: no PodDisruptionBudget covers the pods.</summary>
    public static readonly CheckCode NoDisruptionBudget = new(
        "TSK064",
        Severity.Warning,
        "No PodDisruptionBudget covers the pods",
        "Draining nodes may end all instances at once, and each takes a cold start to come back.",
        "Add a PodDisruptionBudget with maxUnavailable: 1.");

    /// <summary>TSK065: a PodDisruptionBudget never lets a pod go.</summary>
    public static readonly CheckCode BudgetBlocksDrain = new(
        "TSK065",
        Severity.Warning,
        "A PodDisruptionBudget never lets a pod go",
        "Nodes cannot be drained, and so not be patched.",
        "Use maxUnavailable: 1.");
}
