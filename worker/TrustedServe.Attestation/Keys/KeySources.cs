using TrustedServe.Attestation.Evidence;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Attestation.Keys;

/// <summary>Makes the key source that a configuration asks for.</summary>
public static class KeySources
{
    /// <summary>Makes it; nothing is sent before the first key is asked for.</summary>
    /// <exception cref="TsfException">TSF0002 or TSF3xxx when the configuration cannot be carried out securely.</exception>
    public static IKeySource Create(TrustConfig config, TimeProvider time)
    {
        var problems = config.KeySource == KeySourceKind.GuestApi ? GuestApiProblems(config) : BrokerProblems(config);
        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidSettings.With(string.Join(' ', problems));
        }

        return config.KeySource == KeySourceKind.GuestApi
            ? new GuestApiKeySource(config.GuestApi, KeySourceTiming.GuestApi, time)
            : new BrokerKeySource(
                config.Broker!,
                config.BrokerCertificateFile,
                EvidenceSources.Create(config, time),
                KeySourceTiming.Broker,
                time,
                InitDataFile.Read(config.InitDataFile));
    }

    private static List<string> GuestApiProblems(TrustConfig config)
    {
        var problems = new List<string>();
        if (!IsBare(config.GuestApi) || config.GuestApi.Scheme != Uri.UriSchemeHttp || !KeyHttpClient.IsLoopback(config.GuestApi))
        {
            problems.Add($"guestApi must be http on a loopback address without path or credentials; it is '{Shown(config.GuestApi)}'.");
        }

        if (config.InsecureSimulatedEvidence)
        {
            problems.Add("insecureSimulatedEvidence contradicts keySource 'guestApi': the guest API attests by itself.");
        }

        if (config.InitDataFile is not null)
        {
            problems.Add("initDataFile contradicts keySource 'guestApi': the guest's own agent sends its document.");
        }

        return problems;
    }

    private static List<string> BrokerProblems(TrustConfig config)
    {
        if (config.Broker is not { } broker)
        {
            return ["broker is missing: the base address of the key broker, for example http://127.0.0.1:8090."];
        }

        var problems = new List<string>();
        if (!IsBare(broker) || (broker.Scheme != Uri.UriSchemeHttp && broker.Scheme != Uri.UriSchemeHttps))
        {
            problems.Add($"broker must be an http or https address without path or credentials; it is '{Shown(broker)}'.");
        }
        else if (broker.Scheme == Uri.UriSchemeHttp && !KeyHttpClient.IsLoopback(broker))
        {
            problems.Add($"broker must be https beyond loopback; it is '{Shown(broker)}'.");
        }
        else if (broker.Scheme == Uri.UriSchemeHttp && config.BrokerCertificateFile is not null)
        {
            problems.Add("brokerCertificateFile is given, but the broker's address is plain http.");
        }

        return problems;
    }

    private static bool IsBare(Uri address) =>
        address.IsAbsoluteUri && address.UserInfo.Length == 0 && address.PathAndQuery == "/" && address.Fragment.Length == 0;

    // Without user information: a password in an address must not reach a log through the refusal.
    private static string Shown(Uri address) => UntrustedText.Clean(
        address.IsAbsoluteUri ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "(not an absolute address)");
}
