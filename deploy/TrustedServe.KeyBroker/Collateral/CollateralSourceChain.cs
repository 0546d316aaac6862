using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.CollateralSources;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Collateral;

/// <summary>Several sources of collateral: the first that has it gives it.</summary>
internal sealed class CollateralSourceChain : ICollateralSource, IDisposable
{
    private readonly List<ICollateralSource> sources = [];
    private readonly List<HttpClient> clients = [];

    /// <summary>Services first, in their order, because theirs is the newest; then the folder, for when none answers.</summary>
    /// <exception cref="TsfException">TSF0002 for an address that is not allowed.</exception>
    public CollateralSourceChain(IEnumerable<Uri> services, string? folder, TimeProvider time)
    {
        foreach (var address in services)
        {
            var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !(address.IsAbsoluteUri && address.IsLoopback) });
            clients.Add(client);
            sources.Add(new CollateralService(client, new CollateralServiceOptions { Address = address }, time));
        }

        if (folder is not null)
        {
            sources.Add(new CollateralDirectory(folder));
        }
    }

    /// <inheritdoc/>
    public async Task<TdxCollateral> GetAsync(CollateralRequest request, CancellationToken cancellationToken)
    {
        TsfException? first = null;
        foreach (var source in sources)
        {
            try
            {
                return await source.GetAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (TsfException exception)
            {
                first ??= exception;
            }
        }

        throw first ?? TsfErrors.CollateralNotFound.With("There is no source of collateral.");
    }

    public void Dispose() => clients.ForEach(client => client.Dispose());
}
