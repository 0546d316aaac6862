using System.Globalization;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Hosting;

/// <summary>The broker's command line.</summary>
internal static class BrokerArguments
{
    public const string Usage = """
        TrustedServe.KeyBroker --folder DIRECTORY --policy FILE [--listen http://127.0.0.1:8090]
            [--collateral DIRECTORY] [--collateral-source ADDRESS]... [--signing-key-days 30]
            [--tls-certificate FILE --tls-key FILE] [--ready-file FILE] [--exit-on-stdin-eof]
        """;

    /// <summary>Reads it.</summary>
    /// <exception cref="TsfException">TSF0010 with what is wrong.</exception>
    public static BrokerOptions Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var sources = new List<string>();
        var exitOnEof = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name == "--exit-on-stdin-eof")
            {
                exitOnEof = true;
            }
            else if (name == "--collateral-source")
            {
                sources.Add(++i < arguments.Count ? arguments[i] : throw TsfErrors.Usage.With($"{name} needs a value.\n{Usage}"));
            }
            else if (name is not ("--folder" or "--policy" or "--listen" or "--collateral" or "--signing-key-days" or "--tls-certificate" or "--tls-key" or "--ready-file"))
            {
                throw TsfErrors.Usage.With($"'{name}' is not an option.\n{Usage}");
            }
            else if (++i == arguments.Count || !values.TryAdd(name, arguments[i]))
            {
                throw TsfErrors.Usage.With($"{name} needs one value, once.\n{Usage}");
            }
        }

        if (!values.TryGetValue("--folder", out var folder) || !values.TryGetValue("--policy", out var policy))
        {
            throw TsfErrors.Usage.With($"--folder and --policy are needed.\n{Usage}");
        }

        if (!Uri.TryCreate(values.GetValueOrDefault("--listen", "http://127.0.0.1:8090"), UriKind.Absolute, out var listen))
        {
            throw TsfErrors.Usage.With($"--listen is not an address.\n{Usage}");
        }

        if (!int.TryParse(values.GetValueOrDefault("--signing-key-days", "30"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days is 0 or > 365)
        {
            throw TsfErrors.Usage.With($"--signing-key-days is a whole number from 1 to 365.\n{Usage}");
        }

        return new BrokerOptions
        {
            Folder = folder,
            PolicyFile = policy,
            Listen = listen,
            CollateralFolder = values.GetValueOrDefault("--collateral"),
            CollateralSources = [.. sources.Select(source => Uri.TryCreate(source, UriKind.Absolute, out var address) ? address : throw TsfErrors.Usage.With($"--collateral-source is not an address.\n{Usage}"))],
            SigningKeyRotation = TimeSpan.FromDays(days),
            TlsCertificateFile = values.GetValueOrDefault("--tls-certificate"),
            TlsKeyFile = values.GetValueOrDefault("--tls-key"),
            ReadyFile = values.GetValueOrDefault("--ready-file"),
            ExitOnStdinEof = exitOnEof,
        };
    }
}
