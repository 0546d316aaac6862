namespace TrustedServe.Worker.Sessions;

/// <summary>How a session has its weights.</summary>
internal enum SessionKind
{
    /// <summary>Where they lie: the file is mapped, so the session is there at once and shares them with every other that maps them.</summary>
    Mapped,

    /// <summary>Copied in the order in which the kernels read them: takes time and memory, answers faster.</summary>
    Prepacked,
}
