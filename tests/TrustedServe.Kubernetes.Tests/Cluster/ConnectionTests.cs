using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TrustedServe.Kubernetes.Cluster;
using TrustedServe.Kubernetes.Cluster.Looking;
using TrustedServe.Kubernetes.Tests.Cluster.Double;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Cluster;

public sealed class ConnectionTests : IDisposable
{
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Token_of_the_kubeconfig_is_sent_and_a_wrong_one_is_told()
    {
        await using var cluster = await ApiDouble.StartAsync();
        cluster.Token = "right-token";
        Assert.Equal(TsfErrors.DeploymentNotFound, (await AskAsync(cluster.Kubeconfig(work["right"], "right-token"))).Error);
        var refused = await AskAsync(cluster.Kubeconfig(work["wrong"], "wrong-token"));
        Assert.Equal(TsfErrors.ClusterRefused, refused.Error);
        Assert.DoesNotContain("wrong-token", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Namespace_and_context_are_those_of_the_kubeconfig()
    {
        await using var cluster = await ApiDouble.StartAsync();
        using var client = ClusterClient.Open(new ClusterOptions { Kubeconfig = cluster.Kubeconfig(work["config"], @namespace: "models"), Context = "double" }, TimeProvider.System);
        Assert.Equal("models", client.DefaultNamespace);
    }

    [Theory]
    [InlineData("current-context: x\ncontexts: []\nclusters: []\nusers: []\n")]
    [InlineData("token: [s3cr3t")]
    [InlineData("s3cr3t")]
    [InlineData("")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'http://api.invalid:8080'}}]\nusers: [{name: u, user: {token: s3cr3t}}]\n")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://api.invalid', insecure-skip-tls-verify: true}}]\nusers: [{name: u, user: {token: s3cr3t}}]\n")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://api.invalid', certificate-authority-data: '%%%'}}]\nusers: [{name: u, user: {token: s3cr3t}}]\n")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://api.invalid'}}]\nusers: [{name: u, user: {client-certificate-data: czNjcjN0, client-key-data: czNjcjN0}}]\n")]
    public void Kubeconfig_that_cannot_be_used_is_refused_without_its_secrets(string text)
    {
        File.WriteAllText(work["config"], text);
        var refused = Assert.Throws<TsfException>(() => ClusterClient.Open(new ClusterOptions { Kubeconfig = work["config"] }, TimeProvider.System));
        Assert.Equal(TsfErrors.InvalidKubeconfig, refused.Error);
        Assert.DoesNotContain("s3cr3t", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kubeconfig_or_context_that_is_absent_is_named()
    {
        Assert.Contains("nowhere", Assert.Throws<TsfException>(() => ClusterClient.Open(new ClusterOptions { Kubeconfig = work["nowhere"] }, TimeProvider.System)).Message, StringComparison.Ordinal);
        File.WriteAllText(work["config"], "current-context: x\ncontexts: []\nclusters: []\nusers: []\n");
        Assert.Contains("mine", Assert.Throws<TsfException>(() => ClusterClient.Open(new ClusterOptions { Kubeconfig = work["config"], Context = "mine" }, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_a_server_of_the_kubeconfigs_authority_and_of_the_right_name_is_spoken_to()
    {
        using var authority = Authority();
        using var stranger = Authority();
        await using var good = await ApiDouble.StartAsync(Server(authority, "127.0.0.1"));
        await using var misnamed = await ApiDouble.StartAsync(Server(authority, "10.0.0.1"));
        Assert.Equal(TsfErrors.DeploymentNotFound, (await AskAsync(Tls(good, authority))).Error);
        Assert.Equal(TsfErrors.ClusterUnreachable, (await AskAsync(Tls(good, stranger))).Error);
        Assert.Equal(TsfErrors.ClusterUnreachable, (await AskAsync(Tls(misnamed, authority))).Error);
        Assert.Empty(misnamed.Requests);
    }

    [Fact]
    public async Task Server_that_is_away_is_named_after_bounded_tries()
    {
        string config;
        await using (var cluster = await ApiDouble.StartAsync())
        {
            config = cluster.Kubeconfig(work["config"]);
        }

        var exception = await AskAsync(config);
        Assert.Equal(TsfErrors.ClusterUnreachable, exception.Error);
        Assert.Contains("127.0.0.1", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<TsfException> AskAsync(string kubeconfig)
    {
        using var client = ClusterClient.Open(new ClusterOptions { Kubeconfig = kubeconfig, FirstPause = TimeSpan.FromMilliseconds(1), Attempts = 3 }, TimeProvider.System);
        return await Assert.ThrowsAsync<TsfException>(() => new ClusterStatus(client, "langid", "default").ReadAsync(CancellationToken.None));
    }

    private string Tls(ApiDouble cluster, X509Certificate2 authority)
    {
        var path = work[Guid.NewGuid().ToString()];
        var pem = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(authority.ExportCertificatePem()));
        File.WriteAllLines(path,
        [
            "current-context: x",
            "contexts: [{name: x, context: {cluster: c, user: u}}]",
            $"clusters: [{{name: c, cluster: {{server: \"{cluster.Address}\", certificate-authority-data: {pem}}} }}]",
            "users: [{name: u, user: {token: t}}]",
        ]);
        return path;
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid()}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static X509Certificate2 Server(X509Certificate2 authority, string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(authority, now.AddHours(-1), now.AddHours(1), [1, 2, 3, 4]);
        return certificate.CopyWithPrivateKey(key);
    }
}
