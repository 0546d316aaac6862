using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Worker.Sessions;

/// <summary>Decides how a model's sessions have their weights.</summary>
/// <remarks>
/// Measured with 1.2 GB of FP32 weights: a mapped session is there in 0.02 s, a prepacked one in 1 s. A lane of several
/// cores needs a session of its own. Two mapped ones take 1.01 times the memory of one; two prepacked ones 1.96 times. Handing
/// the weights in and sharing a container of prepacked ones takes 1.95 times for any number: the engine keeps what it was
/// handed beside what it packed. So sessions of several are mapped. Mapped weights cost speed, the more the fewer rows share
/// them: 0.86 with 128 rows, 0.6 with 16. So a single session does not stay mapped.
/// </remarks>
/// <param name="First">At the start.</param>
/// <param name="Last">For the rest of the model's life.</param>
internal sealed record SessionKinds(SessionKind First, SessionKind Last)
{
    /// <summary>Weights from this size on are mapped first; less is prepacked in under a tenth of a second, which is not worth a change under load.</summary>
    public const long SmallestToChange = 32L << 20;

    /// <summary>
    /// How long warm-up samples come before the first answer, at least one of them: sessions that go again run those that are left beside the
    /// first answers, since each takes a large model most of a second and the caller who woke the instance waits. Null: all of them come before.
    /// </summary>
    public TimeSpan? WarmUp => Change ? TimeSpan.FromMilliseconds(500) : null;

    /// <summary>Whether the sessions change while they answer.</summary>
    public bool Change => First != Last;

    /// <summary>Decides.</summary>
    /// <param name="mode">What was asked for.</param>
    /// <param name="manifest">The model.</param>
    /// <param name="laneWidth">Cores of a lane.</param>
    public static SessionKinds Decide(WeightsMode mode, Manifest manifest, int laneWidth) => mode switch
    {
        WeightsMode.Mapped => new(SessionKind.Mapped, SessionKind.Mapped),
        WeightsMode.Prepacked => new(SessionKind.Prepacked, SessionKind.Prepacked),
        _ when laneWidth > 1 => new(SessionKind.Mapped, SessionKind.Mapped),
        _ when WeightBytes(manifest) >= SmallestToChange => new(SessionKind.Mapped, SessionKind.Prepacked),
        _ => new(SessionKind.Prepacked, SessionKind.Prepacked),
    };

    // Everything beside the graph; the files of a tokenizer do not matter against weights of a size that does.
    private static long WeightBytes(Manifest manifest) => manifest.Files.Where(file => file.Path != manifest.Graph).Sum(file => file.Size);
}
