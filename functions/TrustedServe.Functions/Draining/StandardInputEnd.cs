using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Functions.Draining;

/// <summary>The parent's end: a child told so (<c>--exit-on-stdin-eof</c>) ends with its standard input.</summary>
internal static class StandardInputEnd
{
    /// <summary>Stops the host at the end of standard input.</summary>
    public static void Stops(FunctionsHost host)
    {
        // A thread of its own: a read of standard input cannot be cancelled, and must not keep the process alive.
        var thread = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            ParentPipe.WaitForEnd(input);
            host.Stop("the end of standard input");
        })
        {
            IsBackground = true,
            Name = "standard input",
        };
        thread.Start();
    }
}
