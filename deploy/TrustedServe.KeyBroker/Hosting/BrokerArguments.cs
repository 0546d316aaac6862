using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Hosting;

/// <summary>The broker's command line.</summary>
internal static class BrokerArguments
{
    public const string Usage = """
        TrustedServe.KeyBroker --folder DIRECTORY --policy FILE [--listen http://127.0.0.1:8090]
            [--tls-certificate FILE --tls-key FILE] [--ready-file FILE] [--exit-on-stdin-eof]
        """;

    /// <summary>Reads it.</summary>
    /// <exception cref="TsfException">TSF0010 with what is wrong.</exception>
    public static BrokerOptions Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var exitOnEof = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name == "--exit-on-stdin-eof")
            {
                exitOnEof = true;
            }
            else if (name is not ("--folder" or "--policy" or "--listen" or "--tls-certificate" or "--tls-key" or "--ready-file"))
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

        return new BrokerOptions
        {
            Folder = folder,
            PolicyFile = policy,
            Listen = listen,
            TlsCertificateFile = values.GetValueOrDefault("--tls-certificate"),
            TlsKeyFile = values.GetValueOrDefault("--tls-key"),
            ReadyFile = values.GetValueOrDefault("--ready-file"),
            ExitOnStdinEof = exitOnEof,
        };
    }
}
