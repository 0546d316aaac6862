using TrustedServe.Cli.Hosting;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests.Hosting;

public sealed class EmbeddedBrokerTests
{
    [Fact]
    public void Folder_that_the_first_policy_makes_is_its_owners_alone()
    {
        using var work = new TemporaryDirectory();

        EmbeddedBroker.WriteInsecureLocalPolicy(work["home", "broker", "policy.json"]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(work["home", "broker"]));
    }
}
