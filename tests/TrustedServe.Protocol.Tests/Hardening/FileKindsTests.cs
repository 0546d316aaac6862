using System.Diagnostics;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Hardening;

public sealed class FileKindsTests
{
    [Fact]
    public void PipesAndDevices_AreSpecial_FilesDirectoriesAndNothingAreNot()
    {
        using var directory = new TemporaryDirectory();
        using (var tool = Process.Start("mkfifo", [directory["pipe"]]))
        {
            tool.WaitForExit();
        }

        File.WriteAllText(directory["file"], "");
        File.CreateSymbolicLink(directory["link"], directory["pipe"]);
        Assert.True(FileKinds.IsSpecial(directory["pipe"]));
        Assert.True(FileKinds.IsSpecial(directory["link"]));
        Assert.True(FileKinds.IsSpecial("/dev/null"));
        Assert.False(FileKinds.IsSpecial(directory["file"]));
        Assert.False(FileKinds.IsSpecial(directory.Path));
        Assert.False(FileKinds.IsSpecial(directory["missing"]));
    }
}
