using System.Text;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>
/// Builds the initdata document: whom the guest asks for keys, how it takes images, and what its agent may start. MRCONFIGID is its
/// digest, so a broker that pins it releases to this container alone. The machine's owner can read it; it holds no secrets.
/// </summary>
internal static class InitDataBuilder
{
    public static InitDataDocument Build(DeploymentDescription description, string agentPolicy)
    {
        var trust = description.Trust;
        var text = new StringBuilder()
            .Append("version = \"").Append(InitDataDocument.SupportedVersion).Append("\"\nalgorithm = \"sha384\"\n\n[data]\n")
            .Append("\"aa.toml\" = '''\n[token_configs.kbs]\nurl = \"").Append(trust.Broker).Append("\"\n");
        AppendCertificate(text, "cert", trust.BrokerCertificate);
        text.Append("'''\n\n\"cdh.toml\" = '''\nsocket = \"unix:///run/confidential-containers/cdh.sock\"\ncredentials = []\n\n[kbc]\nname = \"cc_kbc\"\nurl = \"")
            .Append(trust.Broker).Append("\"\n");
        AppendCertificate(text, "kbs_cert", trust.BrokerCertificate);
        if (trust.ImagePolicy is { } policy)
        {
            text.Append("\n[image]\nimage_security_policy_uri = \"").Append(policy).Append("\"\n");
        }

        text.Append("'''\n\n\"policy.rego\" = '''\n").Append(agentPolicy).Append("'''\n");
        return InitDataDocument.Parse(Encoding.UTF8.GetBytes(text.ToString()));
    }

    // Within a literal text of TOML; the form of certificates has nothing that would end either.
    private static void AppendCertificate(StringBuilder text, string name, string? pem)
    {
        if (pem is not null)
        {
            text.Append(name).Append(" = \"\"\"\n").Append(pem.Trim()).Append("\n\"\"\"\n");
        }
    }
}
