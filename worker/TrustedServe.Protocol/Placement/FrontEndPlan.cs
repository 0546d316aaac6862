namespace TrustedServe.Protocol.Placement;

/// <summary>Where the front end runs.</summary>
/// <param name="Cores">Its cores.</param>
/// <param name="IsShared">Whether workers run on them too.</param>
/// <param name="Reason">Why.</param>
public sealed record FrontEndPlan(IReadOnlyList<int> Cores, bool IsShared, string Reason);
