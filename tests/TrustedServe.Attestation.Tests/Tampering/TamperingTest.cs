namespace TrustedServe.Attestation.Tests.Tampering;

/// <summary>A test that the page names.</summary>
/// <param name="Project">The project, without what all projects' names share.</param>
/// <param name="Class">The class.</param>
/// <param name="Method">The method.</param>
/// <param name="Cases">The rows of the theory that are meant, by one of their values or by several that follow one another; none for all.</param>
internal sealed record TamperingTest(string Project, string Class, string Method, IReadOnlyList<string> Cases);
