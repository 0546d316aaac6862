using System.Runtime.InteropServices;

namespace TrustedServe.Protocol.Hardening;

/// <summary>
/// What each signal is taken for, so that none ends a process with work in hand unseen. SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGPWR and
/// SIGXCPU ask it to end; the others whose default would end it mean nothing to it and are ignored. A signal that was ignored when
/// the process started stays so (<c>nohup</c>). SIGKILL cannot be caught, faults should not be, and the real-time signals are the runtime's.
/// </summary>
public sealed class ProcessSignals : IDisposable
{
    private static readonly (PosixSignal Signal, string Name)[] Ending =
    [
        (PosixSignal.SIGTERM, "SIGTERM"), (PosixSignal.SIGINT, "SIGINT"), (PosixSignal.SIGQUIT, "SIGQUIT"), (PosixSignal.SIGHUP, "SIGHUP"),
        ((PosixSignal)30, "SIGPWR"), ((PosixSignal)24, "SIGXCPU"), // the end of the power, and of the allowance of processor time
    ];

    private static readonly (PosixSignal Signal, string Name)[] Meaningless =
    [
        ((PosixSignal)10, "SIGUSR1"), ((PosixSignal)12, "SIGUSR2"), ((PosixSignal)14, "SIGALRM"), ((PosixSignal)16, "SIGSTKFLT"),
        ((PosixSignal)26, "SIGVTALRM"), ((PosixSignal)27, "SIGPROF"), ((PosixSignal)29, "SIGIO"),
    ];

    private readonly List<PosixSignalRegistration> registrations = [];

    /// <summary>Takes over all of them, until <see cref="Dispose"/>.</summary>
    /// <param name="asked">Gets the name of a signal that asks the process to end.</param>
    /// <param name="stray">Gets the name of a signal that means nothing.</param>
    public ProcessSignals(Action<string> asked, Action<string> stray)
    {
        Register(Ending, asked);
        Register(Meaningless, stray);
    }

    /// <summary>Gives them back to their defaults, unless somebody else took them over too.</summary>
    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void Register((PosixSignal Signal, string Name)[] signals, Action<string> handle)
    {
        foreach (var (signal, name) in signals)
        {
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                handle(name);
            }));
        }
    }
}
