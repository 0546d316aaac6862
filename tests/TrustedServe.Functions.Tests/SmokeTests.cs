namespace TrustedServe.Functions.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Clone_is_found() => Assert.True(Directory.Exists(TrustedServe.Testing.Repository.Samples));
}
