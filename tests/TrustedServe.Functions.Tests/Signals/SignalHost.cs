using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Functions.Tests.Queue;

namespace TrustedServe.Functions.Tests.Signals;

/// <summary>Reading signals off a front end, and loading it.</summary>
internal static class SignalHost
{
    public static string[] Arguments(QueueHarness queue, params string[] more) =>
    [
        .. queue.Settings.Select(setting => $"--TrustedServe:Queue:{setting.Key}={setting.Value}"),
        "--TrustedServe:Trust:InsecureSimulatedEvidence=true",
        "--TrustedServe:Signals:RefreshSeconds=1",
        "--TrustedServe:Queue:RowTimeoutSeconds=600",
        "--TrustedServe:Http:RequestTimeoutSeconds=600",
        .. more,
    ];

    public static async Task<JsonElement> ScalingAsync(this TestHost host, string path = "") =>
        JsonElement.Parse(await host.Health.GetStringAsync("/scaling" + path));

    /// <summary>Reads again and again until the document is as it should be.</summary>
    public static async Task<JsonElement> ScalingAsync(this TestHost host, string path, Func<JsonElement, bool> condition)
    {
        JsonElement document = default;
        await QueueHarness.UntilAsync(async () => condition(document = await host.ScalingAsync(path)));
        return document;
    }

    /// <summary>A number by its dotted path, as a scaler finds it.</summary>
    public static double Number(this JsonElement document, string path) =>
        path.Split('.').Aggregate(document, (element, name) => element.GetProperty(name)).GetDouble();

    public static string? Text(this JsonElement document, string path) =>
        path.Split('.').Aggregate(document, (element, name) => element.GetProperty(name)).GetString();

    public static bool Has(this JsonElement document, string name) => document.TryGetProperty(name, out _);

    /// <summary>A figure of <c>/metrics</c>.</summary>
    public static double Metric(string text, string name) =>
        double.Parse(Regex.Match(text, $"(?m)^{Regex.Escape(name)} (.+)$").Groups[1].Value, CultureInfo.InvariantCulture);

    public static Task UploadAsync(this QueueHarness queue, string blob, int rows, bool stated, int length = 10) =>
        queue.In.GetBlobClient(blob).UploadAsync(
            BinaryData.FromString(string.Concat(Enumerable.Repeat($"\"{new string('x', length - 3)}\"\n", rows))),
            new Azure.Storage.Blobs.Models.BlobUploadOptions { Metadata = stated ? new Dictionary<string, string> { ["tsfrows"] = rows.ToString(CultureInfo.InvariantCulture) } : null });

    /// <summary>Lets the double's model <c>shut</c> answer.</summary>
    public static void OpenGate(string storeDirectory) => File.WriteAllText(Path.Combine(storeDirectory, "open"), string.Empty);
}
