using System.IO.Compression;
using System.Text;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Checks;

/// <summary>The manifests of these tests.</summary>
internal static class Samples
{
    /// <summary>An agent policy that keeps the host out.</summary>
    public const string Policy = "package agent_policy\ndefault CreateContainerRequest := false\ndefault ExecProcessRequest := false\n";

    private static readonly string ClosedInitData = InitData(Policy);

    /// <summary>A server, scaled by KEDA, with all that belongs to it.</summary>
    public static string Server => Read("clean.yaml");

    /// <summary>A job for each message.</summary>
    public static string Job => Read("clean-job.yaml");

    /// <summary>A chart with every weakness that charts of this kind have.</summary>
    public static string NaiveChart => Read("naive-chart.yaml");

    /// <summary>An annotation with an initdata document that holds this policy, or none.</summary>
    public static string InitData(string? policy) => Zip(
        $"version = \"0.1.0\"\nalgorithm = \"sha384\"\n\n[data]\n\"aa.toml\" = '''\n[token_configs]\n'''\n" + (policy is null ? "" : $"\"policy.rego\" = '''\n{policy}'''\n"));

    /// <summary>Base64 of gzip.</summary>
    public static string Zip(string text)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.SmallestSize))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }

        return Convert.ToBase64String(bytes.ToArray());
    }

    /// <summary>The objects.</summary>
    public static IReadOnlyList<ManifestDocument> Parse(string text) => ManifestReader.Read(text.Replace("@INITDATA@", ClosedInitData, StringComparison.Ordinal), "sample.yaml");

    private static string Read(string name) => File.ReadAllText(Path.Combine(Repository.Root, "tests", "TrustedServe.Kubernetes.Tests", "Checks", "Assets", name));
}
