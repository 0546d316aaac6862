namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>The tests that share a front end.</summary>
[CollectionDefinition(Name)]
public sealed class SharedHostGroup : ICollectionFixture<SharedHost>
{
    public const string Name = "shared host";
}
