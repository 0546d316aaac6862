namespace TrustedServe.Functions.Inference;

/// <summary>
/// The moment from which an answer is of no more use, by a clock that only goes forward: a wall clock that is set, by whomever and
/// by whatever, ends no request early and keeps none too long.
/// </summary>
/// <param name="Time">The clock.</param>
/// <param name="Begun">The clock's timestamp from which the length counts.</param>
/// <param name="Length">How long after it.</param>
public readonly record struct Deadline(TimeProvider Time, long Begun, TimeSpan Length)
{
    /// <summary>How much time is left, never less than none.</summary>
    public TimeSpan Left => Length - Time.GetElapsedTime(Begun) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Whether it is over.</summary>
    public bool HasPassed => Left == TimeSpan.Zero;

    /// <summary>The one that lies ahead by this much.</summary>
    public static Deadline In(TimeSpan length, TimeProvider time) => new(time, time.GetTimestamp(), length);
}
