using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Hardening;

public sealed class PrivateDirectoryTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public void Ensure_MakesItForItsOwnerAlone()
    {
        using var parent = new TemporaryDirectory();
        PrivateDirectory.Ensure(parent["a"]);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(parent["a"]));
        PrivateDirectory.Ensure(parent["a"] + "/");
    }

    [Theory]
    [InlineData("750")]
    [InlineData("701")]
    [InlineData("1777")]
    public void Rejects_ADirectoryThatIsOpenToOthers(string mode)
    {
        using var parent = new TemporaryDirectory();
        File.SetUnixFileMode(parent.Path, (UnixFileMode)Convert.ToInt32(mode, 8));
        Assert.Equal(TsfErrors.UnprotectedMemory, Assert.Throws<TsfException>(() => PrivateDirectory.Ensure(parent.Path)).Error);
    }

    [Fact]
    public void Rejects_ALink_AlsoWithASlashBehindIt()
    {
        using var parent = new TemporaryDirectory();
        PrivateDirectory.Ensure(parent["a"]);
        File.CreateSymbolicLink(parent["link"], parent["a"]);
        Assert.Equal(TsfErrors.UnprotectedMemory, Assert.Throws<TsfException>(() => PrivateDirectory.Ensure(parent["link"])).Error);
        Assert.Equal(TsfErrors.UnprotectedMemory, Assert.Throws<TsfException>(() => PrivateDirectory.Ensure(parent["link"] + "/")).Error);
    }

    [Fact]
    public void Rejects_AFile_AndWhatIsNotThere()
    {
        using var parent = new TemporaryDirectory();
        File.WriteAllText(parent["file"], "");
        Assert.Equal(TsfErrors.FileUnreadable, Assert.Throws<TsfException>(() => PrivateDirectory.Ensure(parent["file"])).Error);
        Assert.Equal(TsfErrors.FileUnreadable, Assert.Throws<TsfException>(() => PrivateDirectory.Check(parent["missing"])).Error);
    }

    [Fact]
    public void Rejects_ADirectoryOfAnotherUser()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can give a directory away.");
        using var parent = new TemporaryDirectory();
        PrivateDirectory.Ensure(parent["a"]);
        System.Diagnostics.Process.Start("chown", ["65534", parent["a"]]).WaitForExit();
        Assert.Equal(TsfErrors.UnprotectedMemory, Assert.Throws<TsfException>(() => PrivateDirectory.Check(parent["a"])).Error);
    }
}
