namespace TrustedServe.Functions;

/// <summary>
/// Exit codes; those from 10 on are of <c>--once</c> alone, one for each way to end. The help text of
/// <see cref="Settings.CommandLine"/> has the table.
/// </summary>
internal static class ExitCodes
{
    /// <summary>Ended as asked; with <c>--once</c> the message's job is done, or the queue was empty.</summary>
    public const int Ended = 0;

    /// <summary>Could not start or go on; with <c>--once</c> a message that was taken was handed back.</summary>
    public const int NotStarted = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongCommandLine = 2;

    /// <summary>The try failed; the message is delivered again.</summary>
    public const int TriedInVain = 10;

    /// <summary>The last try failed; the message lies in the poison queue.</summary>
    public const int Poisoned = 11;

    /// <summary>Asked to end; the message, if there was one, was handed back.</summary>
    public const int HandedBack = 12;

    /// <summary>Another receiver has the message.</summary>
    public const int Lost = 13;

    /// <summary>The queue did not take the message's end.</summary>
    public const int Unsettled = 14;

    /// <summary>The queue cannot be read.</summary>
    public const int Unreachable = 15;

    /// <summary>Settings or surroundings are not valid (TSF0xxx); a message that was taken was handed back.</summary>
    public const int InvalidSettings = 16;

    /// <summary>The model store or the key source could not be used (TSF1xxx to TSF3xxx); a message that was taken was handed back.</summary>
    public const int Unavailable = 17;
}
