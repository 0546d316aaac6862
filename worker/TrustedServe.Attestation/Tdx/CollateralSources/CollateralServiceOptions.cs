using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>A service that gives collateral: Intel's PCS, or a caching PCCS with the same routes.</summary>
public sealed record CollateralServiceOptions
{
    /// <summary>Intel's service.</summary>
    public static readonly Uri IntelAddress = new("https://api.trustedservices.intel.com/");

    /// <summary>Where Intel publishes the root's revocation list.</summary>
    public static readonly Uri IntelRootCrlAddress = new("https://certificates.trustedservices.intel.com/IntelSGXRootCA.der");

    /// <summary>Address before <c>tdx/certification/v4</c>; default Intel's. https, or http on loopback.</summary>
    public Uri Address { get; init; } = IntelAddress;

    /// <summary>Address of the root's revocation list; null (the default) for Intel's with Intel's service and for the PCCS route with another.</summary>
    public Uri? RootCrlAddress { get; init; }

    /// <summary>Which evaluation is asked for: <c>early</c> (the default: fixes count as soon as they are published) or <c>standard</c>.</summary>
    public string Update { get; init; } = "early";

    /// <summary>Longest time for all requests together; default 30 s, 1 s to 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    internal Uri EffectiveRootCrlAddress => RootCrlAddress ?? (Address == IntelAddress ? IntelRootCrlAddress : Route("sgx/certification/v4/rootcacrl"));

    internal Uri Route(string relative) => new(Address.AbsoluteUri.EndsWith('/') ? Address : new Uri(Address.AbsoluteUri + "/"), relative);

    /// <exception cref="TsfException">TSF0002 with every problem.</exception>
    internal void Validate()
    {
        List<string> problems = [];
        foreach (var (name, address) in ((string, Uri?)[])[("Address", Address), ("RootCrlAddress", RootCrlAddress)])
        {
            if (address is not null && !IsAllowed(address))
            {
                problems.Add($"{name} is '{address.OriginalString}'; https is needed (http on loopback), without user and query.");
            }
        }

        if (Update is not ("early" or "standard"))
        {
            problems.Add($"Update is '{Update}'; early or standard are allowed.");
        }

        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(10))
        {
            problems.Add($"Timeout is {Timeout}; 1 s to 10 min are allowed.");
        }

        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidSettings.With(string.Join(' ', problems));
        }
    }

    private static bool IsAllowed(Uri address) => address.IsAbsoluteUri
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address.UserInfo.Length == 0 && address.Query.Length == 0 && address.Fragment.Length == 0;
}
