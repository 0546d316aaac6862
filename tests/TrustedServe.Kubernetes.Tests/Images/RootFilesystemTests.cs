using TrustedServe.Kubernetes.Images;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Images;

public sealed class RootFilesystemTests : IDisposable
{
    private static readonly string Runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private readonly TemporaryDirectory work = new();

    public RootFilesystemTests()
    {
        Directory.CreateDirectory(work["program"]);
        Directory.CreateDirectory(work["scratch"]);
        Directory.CreateDirectory(work["debian", "usr", "lib", "x86_64-linux-gnu"]);
        Directory.CreateDirectory(work["debian", "usr", "share", "doc", "libc6"]);
        Directory.CreateDirectory(work["debian", "usr", "share", "ca-certificates", "mozilla"]);
        File.WriteAllText(work["debian", "usr", "share", "doc", "libc6", "copyright"], "LGPL");
        File.WriteAllText(work["debian", "usr", "share", "ca-certificates", "mozilla", "b.crt"], "B");
        File.WriteAllText(work["debian", "usr", "share", "ca-certificates", "mozilla", "a.crt"], "A\n");
        File.Copy(Path.Combine(Runtime, "libSystem.Native.so"), work["program", "libSystem.Native.so"]);
        foreach (var library in new[] { "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "ld-linux-x86-64.so.2", "libssl.so.3", "libcrypto.so.3", "unused.so" })
        {
            File.WriteAllText(work["debian", "usr", "lib", "x86_64-linux-gnu", library], library);
        }
    }

    public void Dispose() => work.Dispose();

    [Fact]
    public void Only_what_is_needed_comes_in()
    {
        var tree = RootFilesystem.Create(work["debian"], [work["program"]], work["scratch"]).Entries.ToDictionary();
        Assert.Contains("usr/lib/x86_64-linux-gnu/libc.so.6", tree.Keys);
        Assert.Contains("usr/lib/x86_64-linux-gnu/libssl.so.3", tree.Keys);
        Assert.DoesNotContain("usr/lib/x86_64-linux-gnu/unused.so", tree.Keys);
        Assert.Contains("usr/share/doc/libc6/copyright", tree.Keys);
        Assert.Equal("usr/lib", tree["lib"].Target);
        Assert.Equal("A\nB\n", File.ReadAllText(tree["etc/ssl/certs/ca-certificates.crt"].Target));
        Assert.True(tree["tmp"].Mode.HasFlag(UnixFileMode.StickyBit | UnixFileMode.OtherWrite));
    }

    [Fact]
    public void Library_in_no_package_is_named_with_who_needs_it()
    {
        File.Delete(work["debian", "usr", "lib", "x86_64-linux-gnu", "libc.so.6"]);
        var exception = Assert.Throws<TsfException>(() => RootFilesystem.Create(work["debian"], [work["program"]], work["scratch"]));
        Assert.Equal("TSF7063", exception.Code);
        Assert.Contains("libSystem.Native.so needs libc.so.6", exception.Message, StringComparison.Ordinal);
    }
}
