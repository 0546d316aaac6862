using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Supervision;

/// <summary>What a start waits for.</summary>
/// <param name="Error">What asking for it ends in.</param>
/// <param name="Since">The timestamp from which it has been so.</param>
internal sealed record WaitCause(ErrorCode Error, long Since);
