namespace TrustedServe.Protocol.Placement;

/// <summary>
/// The kernel's answer to a call. A sandbox refuses many of them (EPERM) and a small kernel lacks some (ENOSYS): these are
/// ordinary answers, which are reported and never thrown.
/// </summary>
/// <param name="Error">0, or the number of the error.</param>
public readonly record struct SystemCallResult(int Error)
{
    /// <summary>The call did what was asked.</summary>
    public static readonly SystemCallResult Ok = new(0);

    /// <summary>Not permitted.</summary>
    public static readonly SystemCallResult NotPermitted = new(1);

    /// <summary>The thread has ended.</summary>
    public static readonly SystemCallResult NoSuchThread = new(3);

    /// <summary>Not offered by this kernel, or on this kind of machine.</summary>
    public static readonly SystemCallResult NotOffered = new(38);

    /// <summary>An argument means nothing here, such as a core that does not exist.</summary>
    public static readonly SystemCallResult InvalidArgument = new(22);

    /// <summary>Whether the call did what was asked.</summary>
    public bool Succeeded => Error == 0;

    /// <summary><c>ok</c>, or the error's name.</summary>
    public override string ToString() => Error switch
    {
        0 => "ok",
        1 => "EPERM",
        3 => "ESRCH",
        12 => "ENOMEM",
        13 => "EACCES",
        14 => "EFAULT",
        22 => "EINVAL",
        38 => "ENOSYS",
        _ => $"error {Error}",
    };
}
