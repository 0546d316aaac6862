using TrustedServe.Attestation.Keys;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests;

public sealed class KeySourcesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8090")]
    [InlineData("http://127.8.8.8:8090/")]
    [InlineData("http://[::1]:8090")]
    [InlineData("http://localhost:8090")]
    [InlineData("https://broker.example.invalid")]
    public void Accepts_loopback_or_TLS(string broker)
    {
        using var source = Create(new TrustConfig { Broker = new Uri(broker), InsecureSimulatedEvidence = true });
        Assert.Equal("insecure-simulated", source.TrustKind);
    }

    [Theory]
    [InlineData("http://broker.example.invalid")]
    [InlineData("http://192.0.2.1:8090")]
    [InlineData("http://127.0.0.1.example.invalid")]
    [InlineData("https://user:secret@broker.example.invalid")]
    [InlineData("https://broker.example.invalid/path")]
    [InlineData("https://broker.example.invalid/?q")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("file:///etc/passwd")]
    public void Rejects_addresses_that_would_not_be_private(string broker)
    {
        var exception = Refused(TsfErrors.InvalidSettings, new TrustConfig { Broker = new Uri(broker), InsecureSimulatedEvidence = true });
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_missing_and_relative_addresses()
    {
        Refused(TsfErrors.InvalidSettings, new TrustConfig { InsecureSimulatedEvidence = true });
        Refused(TsfErrors.InvalidSettings, new TrustConfig { Broker = new Uri("broker", UriKind.Relative), InsecureSimulatedEvidence = true });
    }

    [Fact]
    public void Without_simulated_evidence_and_hardware_there_is_no_evidence() =>
        Refused(TsfErrors.EvidenceUnavailable, new TrustConfig { Broker = new Uri("http://127.0.0.1:8090") });

    [Fact]
    public void Rejects_certificate_files_that_are_not_there_empty_or_meaningless()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["empty.pem"], "");
        File.WriteAllText(folder["bad.pem"], "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        var config = new TrustConfig { Broker = new Uri("https://broker.example.invalid"), InsecureSimulatedEvidence = true };
        Refused(TsfErrors.FileUnreadable, config with { BrokerCertificateFile = folder["missing.pem"] });
        Refused(TsfErrors.FileUnreadable, config with { BrokerCertificateFile = folder["bad.pem"] });
        Refused(TsfErrors.InvalidSettings, config with { BrokerCertificateFile = folder["empty.pem"] });
        Refused(TsfErrors.InvalidSettings, config with { Broker = new Uri("http://127.0.0.1"), BrokerCertificateFile = folder["empty.pem"] });
    }

    [Theory]
    [InlineData("http://192.0.2.1:8006")]
    [InlineData("https://127.0.0.1:8006")]
    [InlineData("http://127.0.0.1:8006/cdh")]
    [InlineData("http://example.invalid:8006")]
    public void Rejects_guest_API_beyond_loopback(string address) =>
        Refused(TsfErrors.InvalidSettings, new TrustConfig { KeySource = KeySourceKind.GuestApi, GuestApi = new Uri(address) });

    [Fact]
    public void Guest_API_is_of_its_own_kind_and_contradicts_simulated_evidence()
    {
        using var source = Create(new TrustConfig { KeySource = KeySourceKind.GuestApi });
        Assert.Equal("coco", source.TrustKind);
        Refused(TsfErrors.InvalidSettings, new TrustConfig { KeySource = KeySourceKind.GuestApi, InsecureSimulatedEvidence = true });
    }

    [Fact]
    public void Every_problem_is_listed_at_once()
    {
        var message = Refused(TsfErrors.InvalidSettings, new TrustConfig { KeySource = KeySourceKind.GuestApi, GuestApi = new Uri("http://192.0.2.1"), InsecureSimulatedEvidence = true }).Message;
        Assert.Contains("guestApi must", message, StringComparison.Ordinal);
        Assert.Contains("insecureSimulatedEvidence", message, StringComparison.Ordinal);
    }

    private static IKeySource Create(TrustConfig config) => KeySources.Create(config, TimeProvider.System);

    private static TsfException Refused(ErrorCode error, TrustConfig config)
    {
        var exception = Assert.Throws<TsfException>(() => Create(config));
        Assert.Equal(error, exception.Error);
        return exception;
    }
}
