namespace TrustedServe.Worker.Sessions;

/// <summary>The threads that compute a call of a session: its caller's, and the engine's own.</summary>
/// <param name="Count">How many there are, the caller's included.</param>
/// <param name="Bound">The core of each of the engine's own; none when they run on any core of the thread that built the session.</param>
internal sealed record SessionThreads(int Count, IReadOnlyList<int> Bound)
{
    /// <summary>The caller's alone: one session then serves any number of callers.</summary>
    public static SessionThreads Callers { get; } = new(1, []);

    /// <summary>Those of a lane: the caller stands on its first core, one of the engine's on each other.</summary>
    /// <param name="cores">The lane's cores.</param>
    public static SessionThreads Of(IReadOnlyList<int> cores) => cores.Count == 1 ? Callers : new(cores.Count, [.. cores.Skip(1)]);

    /// <summary>As many as there are lanes of one core, on whatever core is free: for a call that is alone, as that of the caller is who woke the instance.</summary>
    /// <remarks>
    /// Measured with BERT-Large on mapped weights and two cores: 128 tokens take 0.9 s instead of 1.7. Two such calls at once get 4 to 10 % less
    /// done than on threads of their own, so only a call that is alone is computed so. These threads do not spin: a lane may begin beside them.
    /// </remarks>
    /// <param name="lanes">How many lanes there are.</param>
    public static SessionThreads All(int lanes) => new(lanes, []);
}
