using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>A terminal of a test's own; disposal closes its window.</summary>
internal sealed class Terminal : IDisposable
{
    // Readable and writable, nobody's controlling terminal, and not inherited: a child that held the window would keep it open.
    private const int Flags = 0x2 | 0x100 | 0x80000;

    private readonly SafeFileHandle window;

    public Terminal()
    {
        var opened = Open(Flags);
        window = new SafeFileHandle(opened, ownsHandle: true);
        Assert.Equal((true, 0), (opened >= 0, Unlock(opened)));
        Input = Marshal.PtrToStringUTF8(NameOf(opened))!;
    }

    /// <summary>What a program in it has for standard input.</summary>
    public string Input { get; }

    public void Dispose() => window.Dispose();

    [DllImport("libc", EntryPoint = "posix_openpt")]
    private static extern int Open(int flags);

    [DllImport("libc", EntryPoint = "unlockpt")]
    private static extern int Unlock(int window);

    [DllImport("libc", EntryPoint = "ptsname")]
    private static extern nint NameOf(int window);
}
