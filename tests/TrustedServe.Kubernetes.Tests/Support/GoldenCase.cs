using TrustedServe.Kubernetes.Description;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Support;

/// <summary>The descriptions whose renderings are kept beside them.</summary>
internal static class GoldenCase
{
    /// <summary>Set to 1 to write the renderings anew instead of comparing with them.</summary>
    public const string RewriteVariable = "TRUSTEDSERVE_REWRITE_GOLDENS";

    public static readonly string[] Names = ["one-machine", "two-sockets", "queue-only", "http-only"];

    public static TheoryData<string> All => new(Names);

    public static string Folder(string name) => Path.Combine(Repository.Root, "tests", "TrustedServe.Kubernetes.Tests", "Golden", name);

    public static DeploymentDescription Describe(string name) => DescriptionReader.ReadFile(Path.Combine(Folder(name), "trustedserve.yaml"));

    public static RenderedDeployment Render(string name) => DeploymentRenderer.Render(Describe(name));

    /// <summary>The text of a description, for changes to it.</summary>
    public static string Text(string name) => File.ReadAllText(Path.Combine(Folder(name), "trustedserve.yaml"));

    /// <summary>A description out of text.</summary>
    public static DeploymentDescription Read(string text) => DescriptionReader.Read(System.Text.Encoding.UTF8.GetBytes(text), "trustedserve.yaml");
}
