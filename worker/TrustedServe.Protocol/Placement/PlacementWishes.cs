namespace TrustedServe.Protocol.Placement;

/// <summary>What a plan shall aim at. Wishes that the machine cannot fulfil are cut to what it can, with a note in the plan.</summary>
public sealed record PlacementWishes
{
    /// <summary>The widest lane that can be asked for; see <see cref="LaneWidthRule"/> for what is chosen by itself.</summary>
    public const int MaxLaneWidth = 64;

    /// <summary>The most lanes of a worker that can be asked for.</summary>
    public const int MaxLanes = 1024;

    /// <summary>The most cores that can be asked for the front end.</summary>
    public const int MaxFrontEndCores = 64;

    /// <summary>What lanes are planned for; default <see cref="PlacementMode.Auto"/>.</summary>
    public PlacementMode Mode { get; init; } = PlacementMode.Auto;

    /// <summary>Whether the front end runs on the same machine, so that it needs cores too; default true.</summary>
    public bool HasFrontEnd { get; init; } = true;

    /// <summary>Physical cores of the front end; 0 (the default) for none of its own on up to 2, one on fewer than 16, else two.</summary>
    public int FrontEndCores { get; init; }

    /// <summary>Lanes of each worker; 0 (the default) for as many as its cores allow.</summary>
    public int Lanes { get; init; }

    /// <summary>Cores of each lane; 0 (the default) for what <see cref="Mode"/> chooses.</summary>
    public int LaneWidth { get; init; }

    /// <summary>
    /// Whether every hardware thread counts as a core for lanes; default false: matrix kernels keep a physical core busy from one
    /// thread, so a second one on it costs each about what it gains.
    /// </summary>
    public bool LanesOnSiblings { get; init; }

    /// <summary>
    /// Whether several model versions divide the cores, so that no two compute on the same one; default false: each has lanes on all
    /// of them, and those that are busy share.
    /// </summary>
    public bool DivideCores { get; init; }
}
