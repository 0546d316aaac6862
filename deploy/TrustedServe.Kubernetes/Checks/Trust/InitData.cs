using System.IO.Compression;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>The initdata that a pod's annotation carries.</summary>
internal static class InitData
{
    /// <summary>Name of the setting, behind the prefix of annotations.</summary>
    public const string Name = "cc_init_data";

    /// <summary>The annotation: base64 of gzip of the document.</summary>
    public const string Annotation = "io.katacontainers.config.hypervisor." + Name;

    /// <summary>The file with the agent's policy.</summary>
    public const string PolicyFile = "policy.rego";

    /// <summary>Reads the document.</summary>
    /// <param name="workload">The pods.</param>
    /// <param name="problem">What is wrong with it, for people; null when there is nothing wrong, or no document.</param>
    /// <returns>The document; null when there is none, or it cannot be read.</returns>
    public static InitDataDocument? Read(Workload workload, out string? problem)
    {
        problem = null;
        if (workload.Annotations[Annotation].Text is not { } text)
        {
            return null;
        }

        try
        {
            using var zip = new GZipStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
            var document = new byte[InitDataDocument.MaxLength + 1];
            var length = zip.ReadAtLeast(document, document.Length, throwOnEndOfStream: false);
            return InitDataDocument.Parse(document.AsMemory(0, length));
        }
        catch (FormatException)
        {
            problem = "it is not base64";
        }
        catch (InvalidDataException)
        {
            problem = "it is not gzip";
        }
        catch (TsfException exception)
        {
            problem = exception.Message;
        }

        return null;
    }
}
