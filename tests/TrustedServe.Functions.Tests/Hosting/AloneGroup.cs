namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>Tests that measure this process, one after the other when all others have ended.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneGroup
{
    public const string Name = "alone";
}
