using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;
using TrustedServe.Cli.Hosting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve predict</c>: one request to a running front end, the answer as a table.</summary>
internal static class PredictCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "Name of the model." };
        var version = new Option<string?>("--version-of-model") { Description = "A version; without it the store's default answers." };
        var text = new Option<string?>("--text") { Description = "A text to classify." };
        var body = new Option<string?>("--input") { Description = "The input as JSON, for example a grid of numbers or an object of tensors." };
        var file = new Option<FileInfo?>("--file") { Description = "A file that holds the input as JSON." };
        var url = new Option<string>("--url") { Description = "Address of the front end.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var key = new Option<string?>("--api-key-from-env") { Description = "Name of an environment variable that holds the API key." };
        var json = CommonOptions.Json();
        var command = new Command("predict", "Send one input to a model and show its answer.") { model, version, text, body, file, url, key, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var inputs = new[] { parsed.GetValue(text), parsed.GetValue(body), parsed.GetValue(file)?.FullName };
            if (inputs.Count(input => input is not null) != 1)
            {
                throw TsfErrors.Usage.With("Give exactly one of --text, --input and --file.");
            }

            var isText = parsed.GetValue(text) is not null;
            var content = parsed.GetValue(text) ?? parsed.GetValue(body) ?? await File.ReadAllTextAsync(inputs[2]!, cancellationToken);
            using var client = new FrontEndClient(Address(parsed.GetValue(url)!), ServeCommand.FromEnvironment(parsed.GetValue(key)));
            var answer = await client.PredictAsync(parsed.GetValue(model)!, parsed.GetValue(version), content, isText, cancellationToken);
            Show(answer, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    /// <summary>The address of a front end.</summary>
    /// <exception cref="TsfException">TSF0010 when it is none.</exception>
    internal static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw TsfErrors.Usage.With($"--url takes an address such as http://127.0.0.1:8080, not '{text}'.");

    private static void Show(JsonElement answer, bool json)
    {
        if (json || answer.ValueKind != JsonValueKind.Object || answer.EnumerateObject().Any(member => member.Value.ValueKind != JsonValueKind.Number))
        {
            Console.WriteLine(answer.GetRawText());
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("label", "confidence", "");
        foreach (var member in answer.EnumerateObject())
        {
            var score = member.Value.GetDouble();
            table.AddRow(new Text(member.Name), new Text(score.ToString("P2", CultureInfo.InvariantCulture)), new Text(Bar(score), new Style(Color.Green)));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>A bar of up to 30 characters for a share of one.</summary>
    private static string Bar(double share) => new StringBuilder().Append('█', (int)Math.Round(30 * Math.Clamp(share, 0, 1))).ToString();
}
