using System.Text;
using CsCheck;
using TrustedServe.Kubernetes.Images;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Images;

public sealed class DebianLockTests
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void Committed_list_is_read_and_written_alike()
    {
        var file = File.ReadAllBytes(Path.Combine(Repository.Root, "deploy", "container", "debian.lock.json"));
        var packages = DebianLock.Parse(file);
        Assert.Contains(packages, package => package.Name == "libc6");
        Assert.Equal(Encoding.UTF8.GetString(file), DebianLock.Format(packages));
    }

    [Theory]
    [InlineData("[]", "empty")]
    [InlineData("null", "empty")]
    [InlineData("{", "JSON")]
    [InlineData($$"""[{"name":"../x","version":"1","architecture":"all","sha256":"{{Digest}}"}]""", "../x")]
    [InlineData($$"""[{"name":"-o","version":"1","architecture":"all","sha256":"{{Digest}}"}]""", "'-o'")]
    [InlineData($$"""[{"name":"libc6","version":"1 2","architecture":"all","sha256":"{{Digest}}"}]""", "libc6")]
    [InlineData($$"""[{"name":"libc6","version":"1","architecture":"arm64","sha256":"{{Digest}}"}]""", "amd64")]
    [InlineData("""[{"name":"libc6","version":"1","architecture":"all","sha256":"00"}]""", "SHA-256")]
    [InlineData($$"""[{"name":"libc6","version":"1","architecture":"all","sha256":"{{Digest}}"},{"name":"libc6","version":"2","architecture":"all","sha256":"{{Digest}}"}]""", "twice")]
    public void Anything_else_is_refused_with_what_is_wrong(string text, string part)
    {
        var exception = Assert.Throws<TsfException>(() => DebianLock.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Equal("TSF7061", exception.Code);
        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_are_a_list_or_refused() => Gen.Byte.Array[0, 100].Sample(bytes =>
    {
        try
        {
            Assert.NotEmpty(DebianLock.Parse(bytes));
        }
        catch (TsfException exception)
        {
            Assert.Equal("TSF7061", exception.Code);
        }
    }, iter: 2_000);

    [Fact]
    public async Task Package_that_is_not_the_pinned_one_is_refused_and_removed()
    {
        using var work = new TemporaryDirectory();
        var package = new DebianPackage("libc6", "1:2.36", "amd64", Digest);
        File.WriteAllText(work["libc6_1%3a2.36_amd64.deb"], "another");
        var exception = await Assert.ThrowsAsync<TsfException>(() => new DebianPackages(work.Path).FetchAsync([package], CancellationToken.None));
        Assert.Equal("TSF7062", exception.Code);
        Assert.Contains(Digest, exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(work["libc6_1%3a2.36_amd64.deb"]));
    }
}
