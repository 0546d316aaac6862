using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Keys;
using TrustedServe.KeyBroker.Hosting;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.KeyBroker.Tests;

public sealed class ProcessTests
{
    [Fact]
    public async Task Process_serves_and_ends_with_its_standard_input()
    {
        using var folder = Prepared();
        await using var broker = BrokerProcess.StartOn(folder);
        var address = await broker.ListeningAsync();
        Assert.Equal("127.0.0.1", address.Host);
        Assert.Matches(@"Max core file size\s+0\s+0\s", File.ReadAllText($"/proc/{broker.Process.Id}/limits"));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{broker.Process.Id}-*"));
        using (var client = RunningBroker.Client(address))
        using (var release = await client.GetAsync(RunningBroker.Model, CancellationToken.None))
        {
            Assert.Equal(RunningBroker.Secret, release.Resource.Span.ToArray());
        }

        broker.Process.StandardInput.Close();

        var (code, errors) = await broker.ExitAsync();
        Assert.Equal(0, code);
        Assert.Contains("insecure simulated evidence", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(RunningBroker.Secret), errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_ends_cleanly_on_SIGTERM_and_says_in_a_file_where_it_listens()
    {
        using var folder = Prepared();
        await using var broker = BrokerProcess.Start(
            "--folder", folder["broker"], "--policy", folder["policy.json"], "--listen", "http://127.0.0.1:0", "--ready-file", folder["ready.json"]);
        for (var waited = 0; !File.Exists(folder["ready.json"]) && waited < 600; waited++)
        {
            await Task.Delay(100);
        }

        Assert.StartsWith("{\"listening\":\"http://127.0.0.1:", File.ReadAllText(folder["ready.json"]), StringComparison.Ordinal);
        await TerminateAsync(broker);
        Assert.Equal(0, (await broker.ExitAsync()).Code);
    }

    [Fact]
    public async Task Process_that_is_told_to_end_while_it_starts_ends_cleanly()
    {
        using var folder = Prepared();
        var (_, certificate) = TestAuthority.Create();
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
        using (var pipe = Process.Start("mkfifo", [folder["cert.pem"]]))
        {
            await pipe.WaitForExitAsync();
        }

        await using var broker = BrokerProcess.Start(
            "--folder", folder["broker"], "--policy", folder["policy.json"], "--listen", "https://127.0.0.1:0", "--tls-certificate", folder["cert.pem"], "--tls-key", folder["key.pem"]);

        // Opened only when the broker reads its certificate, which it does not have before the signal is sent.
        var end = await Task.Run(() => new StreamWriter(folder["cert.pem"])).WaitAsync(TimeSpan.FromSeconds(60));
        await using (end)
        {
            await TerminateAsync(broker);
            await end.WriteAsync(certificate.ExportCertificatePem());
        }

        var (code, errors) = await broker.ExitAsync();
        Assert.True(code == 0, $"{code}: {errors}");
    }

    [Fact]
    public async Task Another_process_puts_while_the_broker_serves()
    {
        using var folder = Prepared();
        await using var broker = BrokerProcess.StartOn(folder);
        var address = await broker.ListeningAsync();
        using var client = RunningBroker.Client(address);
        using var stop = new CancellationTokenSource();

        // Every version is one byte repeated: a torn one would show two.
        using var store = ResourceStore.Open(folder["broker"]);
        store.Put(RunningBroker.Model, Version(0));
        var writer = Task.Run(() =>
        {
            var written = 0;
            while (!stop.IsCancellationRequested)
            {
                store.Put(RunningBroker.Model, Version(++written));
            }

            return written;
        });
        for (var i = 0; i < 200; i++)
        {
            using var release = await client.GetAsync(RunningBroker.Model, CancellationToken.None);
            Assert.Equal(100_000, release.Resource.Length);
            Assert.False(release.Resource.Span.ContainsAnyExcept(release.Resource.Span[0]));
        }

        stop.Cancel();
        var last = await writer;
        Assert.True(last > 1);
        using var final = await client.GetAsync(RunningBroker.Model, CancellationToken.None);
        Assert.Equal((byte)last, final.Resource.Span[0]);

        static byte[] Version(int number)
        {
            var bytes = new byte[100_000];
            Array.Fill(bytes, (byte)number);
            return bytes;
        }
    }

    [Fact]
    public async Task Acknowledged_writes_survive_kill_of_the_broker()
    {
        using var folder = Prepared();
        var broker = BrokerProcess.StartOn(folder);
        var address = await broker.ListeningAsync();
        using var client = RunningBroker.Client(address);
        (await client.GetAsync(RunningBroker.Model, CancellationToken.None)).Dispose();
        await broker.DisposeAsync();

        var exception = await Assert.ThrowsAsync<TsfException>(() => client.GetAsync(RunningBroker.Model, CancellationToken.None));
        Assert.Equal(TsfErrors.BrokerUnreachable, exception.Error);
        await using var again = BrokerProcess.StartOn(folder);
        using var second = RunningBroker.Client(await again.ListeningAsync());
        using var release = await second.GetAsync(RunningBroker.Model, CancellationToken.None);
        Assert.Equal(RunningBroker.Secret, release.Resource.Span.ToArray());
    }

    [Theory]
    [InlineData(2, "TSF0010")]
    [InlineData(2, "TSF0010", "--folder", "x")]
    [InlineData(2, "TSF0010", "--folder", "x", "--folder", "y", "--policy", "z")]
    [InlineData(2, "TSF0010", "--folder", "x", "--policy")]
    [InlineData(2, "TSF0010", "--folder", "x", "--policy", "y", "--listen", "nowhere")]
    [InlineData(2, "TSF0010", "--verbose")]
    [InlineData(2, "TSF0010", "--folder", "x", "--policy", "y", "--signing-key-days", "0")]
    [InlineData(2, "TSF0010", "--folder", "x", "--policy", "y", "--signing-key-days", "366")]
    [InlineData(2, "TSF0010", "--folder", "x", "--policy", "y", "--collateral-source", "nowhere")]
    [InlineData(2, "TSF0010", "--folder", "x", "--policy", "y", "--collateral-source")]
    [InlineData(2, "TSF0010", "--folder", "x", "--policy", "y", "--trust-anchor", "z")]
    [InlineData(3, "TSF0008", "--folder", "/nonexistent/x", "--policy", "/nonexistent/y")]
    public async Task Process_refuses_wrong_command_lines(int code, string error, params string[] arguments)
    {
        await using var broker = BrokerProcess.Start(arguments);
        var (exit, errors) = await broker.ExitAsync();
        Assert.Equal(code, exit);
        Assert.Contains(error, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_with_rules_for_TDX_starts_with_collateral_alone()
    {
        using var folder = Prepared();
        File.WriteAllText(folder["policy.json"], TestPolicy.Of(TdxGuest.Rule()));
        await using (var without = BrokerProcess.StartOn(folder))
        {
            var (code, errors) = await without.ExitAsync();
            Assert.Equal(3, code);
            Assert.Contains("TSF0002", errors, StringComparison.Ordinal);
        }

        string[] arguments = ["--folder", folder["broker"], "--policy", folder["policy.json"], "--listen", "http://127.0.0.1:0", "--exit-on-stdin-eof"];
        await using (var plain = BrokerProcess.Start([.. arguments, "--collateral-source", "http://192.0.2.1/"]))
        {
            Assert.Equal(3, (await plain.ExitAsync()).Code);
        }

        await using var broker = BrokerProcess.Start([.. arguments, "--collateral", folder["collateral"], "--collateral-source", "http://127.0.0.1:9/", "--signing-key-days", "1"]);
        using var wire = new WireClient(await broker.ListeningAsync());
        var (cookie, nonce) = await wire.ChallengeAsync("tdx");

        // No argument makes it believe in another root than Intel's.
        (await wire.AttestAsync(cookie, new TdxGuest().Attestation(wire, nonce))).IsRefused("AttestationError", "TSF3005", "pck_certificate", step: "TrustAnchor");
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://192.0.2.1:80")]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:0/path")]
    [InlineData("http://user@127.0.0.1:0")]
    [InlineData("http://example.invalid:0")]
    [InlineData("ftp://127.0.0.1:0")]
    public async Task Rejects_addresses_that_would_serve_anyone_without_TLS(string listen)
    {
        using var folder = Prepared();
        Assert.Equal(TsfErrors.InvalidSettings, (await Assert.ThrowsAsync<TsfException>(() => StartAsync(folder, listen))).Error);
    }

    [Fact]
    public async Task Address_in_use_is_said_plainly()
    {
        using var folder = Prepared();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var exception = await Assert.ThrowsAsync<TsfException>(() => StartAsync(folder, $"http://{listener.LocalEndpoint}"));
        Assert.Equal(TsfErrors.AddressInUse, exception.Error);
    }

    [Fact]
    public async Task Address_that_this_machine_does_not_have_is_said_plainly()
    {
        using var folder = Prepared();
        var (_, certificate) = TestAuthority.Create();
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(folder["cert.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
        await using var broker = BrokerProcess.Start(
            "--folder", folder["broker"], "--policy", folder["policy.json"], "--listen", "https://192.0.2.1:8090", "--tls-certificate", folder["cert.pem"], "--tls-key", folder["key.pem"]);
        var (code, errors) = await broker.ExitAsync();
        Assert.Equal(3, code);
        Assert.Contains("TSF0002: listen is https://192.0.2.1:8090/, on which this process cannot listen", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serves_TLS_to_a_client_that_pins_its_authority_and_to_no_other()
    {
        using var folder = Prepared();
        var (authority, certificate) = TestAuthority.Create();
        File.WriteAllText(folder["ca.pem"], authority.ExportCertificatePem());
        File.WriteAllText(folder["cert.pem"], certificate.ExportCertificatePem());
        using (var key = certificate.GetECDsaPrivateKey()!)
        {
            File.WriteAllText(folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
        }

        var (other, _) = TestAuthority.Create();
        File.WriteAllText(folder["other.pem"], other.ExportCertificatePem());

        await using var broker = await BrokerHost.StartAsync(
            new BrokerOptions
            {
                Folder = folder["broker"],
                PolicyFile = folder["policy.json"],
                Listen = new Uri("https://127.0.0.1:0"),
                TlsCertificateFile = folder["cert.pem"],
                TlsKeyFile = folder["key.pem"],
            },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            CancellationToken.None);

        using var pinned = Client(folder["ca.pem"]);
        using var release = await pinned.GetAsync(RunningBroker.Model, CancellationToken.None);
        Assert.Equal(RunningBroker.Secret, release.Resource.Span.ToArray());
        foreach (var file in new[] { folder["other.pem"], null })
        {
            using var stranger = Client(file);
            Assert.Equal(TsfErrors.BrokerIdentity, (await Assert.ThrowsAsync<TsfException>(() => stranger.GetAsync(RunningBroker.Model, CancellationToken.None))).Error);
        }

        IKeySource Client(string? certificateFile) => new BrokerKeySource(
            broker.Address, certificateFile, new InsecureSimulatedEvidenceSource(TestPolicy.Known),
            KeySourceTiming.Broker, TimeProvider.System);
    }

    private static async Task TerminateAsync(BrokerProcess broker)
    {
        using var kill = Process.Start("kill", ["-TERM", broker.Process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static Task<BrokerHost> StartAsync(TemporaryDirectory folder, string listen) => BrokerHost.StartAsync(
        new BrokerOptions { Folder = folder["broker"], PolicyFile = folder["policy.json"], Listen = new Uri(listen) },
        NullLoggerFactory.Instance,
        TimeProvider.System,
        CancellationToken.None);

    private static TemporaryDirectory Prepared()
    {
        var folder = new TemporaryDirectory();
        File.WriteAllText(folder["policy.json"], TestPolicy.Of(TestPolicy.Rule("models", "models/*/*", TestPolicy.Known)));
        using var store = ResourceStore.Open(folder["broker"]);
        store.Put(RunningBroker.Model, RunningBroker.Secret);
        return folder;
    }
}
