using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Settings;

/// <summary>The command line of the front end.</summary>
internal sealed record CommandLine
{
    /// <summary>The help text.</summary>
    public const string Help = """
        TrustedServe.Functions: serves sealed models over HTTP and from a queue.

          --settings FILE            settings in JSON, under "TrustedServe" (see settings.schema.json)
          --host-json FILE           host.json to read instead of the one beside the program
          --TrustedServe:KEY=VALUE   one setting, for example --TrustedServe:Http:Listen=http://127.0.0.1:8080
          --once                     take one message from the queue, finish it, end; no HTTP listener
          --exit-on-stdin-eof        end when standard input ends (for a parent that must not leave it behind)

        Later sources win: host.json, --settings, environment (TRUSTEDSERVE__Http__Listen), command line.
        Exit codes: 0 ended as asked; 1 could not start or go on, with the reason on standard error; 2 the command line is wrong.
        With --once: 0 the message's job is done, or the queue was empty; 10 the try failed and the message is delivered again;
        11 it was the last try and the message lies in the poison queue; 12 asked to end, message handed back; 13 another receiver
        has the message; 14 the queue did not take the message's end; 15 the queue cannot be read.
        """;

    private const string SettingPrefix = $"--{SettingsSource.Section}:";

    /// <summary>File of settings, null for none.</summary>
    public string? SettingsFile { get; private init; }

    /// <summary>host.json, null for the one beside the program.</summary>
    public string? HostJsonFile { get; private init; }

    /// <summary>Whether the program ends at the end of standard input.</summary>
    public bool ExitOnStdinEof { get; private init; }

    /// <summary>Whether the program ends after one message.</summary>
    public bool Once { get; private init; }

    /// <summary>Whether help was asked for.</summary>
    public bool HelpAsked { get; private init; }

    /// <summary>The settings among the arguments.</summary>
    public required SettingsSource Settings { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="TsfException">TSF0010 for an argument that is not known, lacks its value, or stands there twice.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var line = new CommandLine { Settings = new SettingsSource("command line", settings) };
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (name.StartsWith(SettingPrefix, StringComparison.OrdinalIgnoreCase))
            {
                if (!settings.TryAdd(name[SettingPrefix.Length..], value ?? Next(arguments, ref i)))
                {
                    throw TsfErrors.Usage.With($"{name} stands there twice.");
                }

                continue;
            }

            line = name switch
            {
                "--settings" => line with { SettingsFile = value ?? Next(arguments, ref i) },
                "--host-json" => line with { HostJsonFile = value ?? Next(arguments, ref i) },
                "--exit-on-stdin-eof" when value is null => line with { ExitOnStdinEof = true },
                "--once" when value is null => line with { Once = true },
                "--help" or "-h" when value is null => line with { HelpAsked = true },
                _ => throw TsfErrors.Usage.With($"'{name}' is not an option of this program; see --help."),
            };
        }

        return line;
    }

    private static string Next(IReadOnlyList<string> arguments, ref int index) => index + 1 < arguments.Count
        ? arguments[++index]
        : throw TsfErrors.Usage.With($"{arguments[index]} needs a value.");
}
