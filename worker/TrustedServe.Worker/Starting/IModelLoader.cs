using TrustedServe.Protocol.Errors;

namespace TrustedServe.Worker.Starting;

/// <summary>Brings the plaintext of the model that a worker shall serve.</summary>
internal interface IModelLoader
{
    /// <summary>Fetches, checks and unseals, publishing each step.</summary>
    /// <exception cref="TsfException">Why the model may not be served.</exception>
    Task<UnsealedModel> LoadAsync(StartProgress progress, CancellationToken cancellationToken);

    /// <summary>Proves again what this process is, and that its key would be released to it now. The key is not kept.</summary>
    /// <returns>Which kind of trust stood for it.</returns>
    /// <exception cref="TsfException">Why not.</exception>
    Task<string> AttestAgainAsync(CancellationToken cancellationToken);

    /// <summary>Removes the plaintext from the directory; the session keeps what it mapped.</summary>
    void Discard();
}
