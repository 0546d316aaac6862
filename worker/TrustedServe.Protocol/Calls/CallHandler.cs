using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Protocol.Calls;

/// <summary>Answers a call.</summary>
/// <param name="request">The request.</param>
/// <param name="remaining">Time until an answer is of no more use.</param>
/// <param name="cancellationToken">Cancelled when the caller left.</param>
/// <exception cref="Errors.TsfException">Why there is no answer.</exception>
public delegate Task<ModelInferResponse> CallHandler(ModelInferRequest request, TimeSpan remaining, CancellationToken cancellationToken);
