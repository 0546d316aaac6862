namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>An event about something of a deployment.</summary>
/// <param name="Time">When it was last seen.</param>
/// <param name="IsWarning">Whether it is a warning.</param>
/// <param name="Object">What it is about.</param>
/// <param name="Reason">Its reason.</param>
/// <param name="Message">Its text.</param>
/// <param name="Count">How often it was seen.</param>
public sealed record EventLine(DateTimeOffset Time, bool IsWarning, string Object, string Reason, string Message, long Count);
