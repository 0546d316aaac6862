using System.CommandLine;
using TrustedServe.Cli.Output;
using TrustedServe.Functions.Access;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve api-key</c>: who may call which model.</summary>
internal static class AccessCommands
{
    /// <summary>Creates the command with its verb.</summary>
    public static Command Create() => new("api-key", "Make API keys for callers of the HTTP trigger.") { CreateKey() };

    private static Command CreateKey()
    {
        var id = new Argument<string>("id") { Description = "Name of the caller." };
        var file = new Option<string>("--file") { Description = "The key file (mode 0600) that Http:ApiKeysFile names; a running front end reads it again by itself.", Required = true };
        var models = new Option<string[]>("--model") { Description = "A model that the caller may use, or '*'; may be given several times.", Required = true };
        var actions = new Option<ApiAction[]>("--action") { Description = "What the caller may do.", DefaultValueFactory = _ => [ApiAction.Infer, ApiAction.Metadata] };
        var expires = new Option<string?>("--expires") { Description = "When the key ends, for example 2027-06-30T00:00:00Z; default: never." };
        var json = CommonOptions.Json();
        var command = new Command("create", "Make a 256-bit key; it is shown once and stored as a hash only.") { id, file, models, actions, expires, json };
        command.SetAction(parsed =>
        {
            DateTimeOffset? end = parsed.GetValue(expires) is not { } text ? null
                : DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value
                : throw TsfErrors.Usage.With($"--expires takes a date and time such as 2027-06-30T00:00:00Z, not '{text}'.");
            var key = ApiKeyFile.Create(parsed.GetValue(file)!, parsed.GetValue(id)!, parsed.GetValue(models)!, parsed.GetValue(actions)!, end);
            Report.Print(
                parsed.GetValue(json),
                new { Id = parsed.GetValue(id), Key = key, File = parsed.GetValue(file) },
                "API key",
                [("caller", parsed.GetValue(id)!), ("key, shown only now", key), ("use", "Authorization: Bearer <key>"), ("stored as a hash in", parsed.GetValue(file)!)]);
            return 0;
        });
        return command;
    }
}
