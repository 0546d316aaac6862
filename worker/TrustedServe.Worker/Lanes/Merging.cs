namespace TrustedServe.Worker.Lanes;

/// <summary>Whose requests may share a run of the graph (rule 8 of SCHEDULING.md).</summary>
internal enum Merging
{
    /// <summary>Nobody's.</summary>
    None,

    /// <summary>Those that one caller sent.</summary>
    SameCaller,

    /// <summary>Everybody's.</summary>
    All,
}
