using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Kubernetes.Tests.Support;

namespace TrustedServe.Kubernetes.Tests.Rendering;

public sealed class InitDataTests
{
    public static TheoryData<string> Cases => GoldenCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_annotation_carries_the_document_whose_digest_the_broker_pins(string name)
    {
        var rendered = GoldenCase.Render(name);
        var annotation = (string)Pods.Template(rendered)["metadata"]!["annotations"]![PodTemplateBuilder.InitDataAnnotationName]!;
        var document = Unpack(annotation);
        Assert.Equal(rendered.BrokerSide.Single(file => file.Name == "broker/initdata.toml").Content, Encoding.UTF8.GetString(document));
        Assert.Equal(rendered.MrConfigId, Convert.ToHexStringLower(SHA384.HashData(document)));
        Assert.Contains(rendered.MrConfigId, rendered.BrokerSide.Single(file => file.Name == "broker/policy.json").Content);
        Assert.InRange(annotation.Length, 1, 200_000);
        var data = InitDataDocument.Parse(document).Data;
        Assert.Equal(["aa.toml", "cdh.toml", "policy.rego"], data.Keys.Order());
        Assert.Contains("https://broker.example.com:8443", data["aa.toml"]);
        Assert.Contains("https://broker.example.com:8443", data["cdh.toml"]);
    }

    [Fact]
    public void A_certificate_of_the_broker_is_measured_with_the_rest()
    {
        var text = GoldenCase.Text("one-machine").Replace(
            "trust:\n", "trust:\n  brokerCertificate: |\n    -----BEGIN CERTIFICATE-----\n    MIIB+/=\n    -----END CERTIFICATE-----\n", StringComparison.Ordinal);
        var document = DeploymentRenderer.Render(GoldenCase.Read(text)).BrokerSide[0].Content;
        var data = InitDataDocument.Parse(Encoding.UTF8.GetBytes(document)).Data;
        Assert.Contains("cert = \"\"\"\n-----BEGIN CERTIFICATE-----\nMIIB+/=\n-----END CERTIFICATE-----\n\"\"\"", data["aa.toml"]);
        Assert.Contains("kbs_cert = \"\"\"\n-----BEGIN CERTIFICATE-----", data["cdh.toml"]);
    }

    [Fact]
    public void Any_bytes_come_out_of_the_annotation_as_they_went_in() =>
        Gen.Byte.Array[0, 200_000].Sample(bytes => Unpack(InitDataAnnotation.Write(bytes)).AsSpan().SequenceEqual(bytes), iter: 40);

    private static byte[] Unpack(string annotation)
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(annotation)), CompressionMode.Decompress);
        using var content = new MemoryStream();
        gzip.CopyTo(content);
        return content.ToArray();
    }
}
