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
        SIGTERM drains: requests are served for Drain:DelaySeconds more, then refused; what is in hand is finished within
        Drain:GraceSeconds or handed back. SIGINT, SIGQUIT, SIGHUP, SIGPWR and SIGXCPU do so without the delay. Any of them again
        hands back at once. SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO and SIGSTKFLT are named in the log and ignored.

        Exit codes: 0 ended as asked; 1 could not start or go on, with the reason on standard error; 2 the command line is wrong.

        Exit codes with --once, for a job that is started for each message:
           0  the message's job is done, or the queue was empty
           2  the command line is wrong                                    no message was taken
          10  the try failed                                               the message is delivered again
          11  the last try failed                                          the message lies in the poison queue
          12  asked to end                                                 the message was handed back, no try counted
          13  another receiver has the message                             it is left alone
          14  the queue did not take the message's end                     it is delivered again
          15  the queue cannot be read                                     no message was taken
          16  settings or surroundings are not valid (TSF0xxx)             handed back if taken, no try counted
          17  model store or key source cannot be used (TSF1xxx-TSF3xxx)   handed back if taken, no try counted
           1  anything else, with the reason on standard error             handed back if taken, no try counted
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
