using System.Text.Json;
using TrustedServe.Kubernetes.Images;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Images;

public sealed class ReferencedAssembliesTests
{
    private const string Program = "TrustedServe.Kubernetes";

    [Fact]
    public void Only_what_a_chain_of_references_reaches_stays()
    {
        using var folder = new TemporaryDirectory();
        var own = Path.GetDirectoryName(typeof(ReferencedAssemblies).Assembly.Location)!;

        // The runtime's own are in none of a build's folders, so chains end there.
        foreach (var file in new[] { Program + ".dll", "KubernetesClient.dll", "Fractions.dll", "TrustedServe.Testing.dll", "xunit.v3.assert.dll" })
        {
            File.Copy(Path.Combine(own, file), folder[file]);
        }

        File.WriteAllText(folder["native.dll"], "another system's library");
        File.WriteAllText(folder["libnative.so"], "this system's library");
        File.WriteAllText(folder[Program + ".deps.json"], """
            {"targets":{"a":{"first/1":{"dependencies":{"x":"1"},"runtime":{"TrustedServe.Kubernetes.dll":{}}},"second/1":{"runtime":{"lib/net10.0/xunit.v3.assert.dll":{},"lib/net10.0/Fractions.dll":{"fileVersion":"1"}}},
                             "third/1":{"native":{"libnative.so":{}}}}},"libraries":{"second/1":{"type":"package"}}}
            """);

        ReferencedAssemblies.Keep(folder.Path, Program);

        Assert.Equal(
            ["Fractions.dll", "KubernetesClient.dll", Program + ".deps.json", Program + ".dll", "libnative.so"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var expected = JsonDocument.Parse("""
            {"targets":{"a":{"first/1":{"dependencies":{"x":"1"},"runtime":{"TrustedServe.Kubernetes.dll":{}}},"second/1":{"runtime":{"lib/net10.0/Fractions.dll":{"fileVersion":"1"}}},
                             "third/1":{"native":{"libnative.so":{}}}}},"libraries":{"second/1":{"type":"package"}}}
            """);
        using var list = JsonDocument.Parse(File.ReadAllBytes(folder[Program + ".deps.json"]));
        Assert.True(JsonElement.DeepEquals(expected.RootElement, list.RootElement));
    }
}
