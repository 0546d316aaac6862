using System.Security.Cryptography;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Hardening;

/// <summary>
/// Standard input as the tie to the parent: the first line is what the parent says, and the end of the stream is the parent's end.
/// (The kernel's parent-death signal follows the thread that started the process, not the parent process.)
/// </summary>
public static class ParentPipe
{
    /// <summary>Reads the first line, unbuffered, and leaves the stream behind it.</summary>
    /// <param name="input">Standard input.</param>
    /// <param name="maxBytes">The longest line that is taken.</param>
    /// <param name="read">Gets the line without its end; the bytes are zeroed afterwards.</param>
    /// <exception cref="TsfException">TSF0002 when the stream ends before the line does, or the line is too long.</exception>
    public static T ReadFirstLine<T>(Stream input, int maxBytes, Func<ReadOnlySpan<byte>, T> read)
    {
        var line = GC.AllocateArray<byte>(maxBytes, pinned: true);
        try
        {
            for (var length = 0; length < maxBytes; length++)
            {
                if (input.Read(line, length, 1) == 0)
                {
                    throw TsfErrors.InvalidSettings.With("Standard input ended before its first line did; the first line must be the configuration.");
                }

                if (line[length] == (byte)'\n')
                {
                    return read(line.AsSpan(0, length));
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }

        throw TsfErrors.InvalidSettings.With($"The first line of standard input is longer than {maxBytes} bytes.");
    }

    /// <summary>Ends the process at once when the stream ends: no draining, nobody is left to answer to.</summary>
    /// <param name="input">Standard input.</param>
    /// <param name="beforeEnd">What must not stay behind is removed here. If it fails, the process ends all the same, with status 1.</param>
    public static void EndWith(Stream input, Action beforeEnd)
    {
        var thread = new Thread(() =>
        {
            WaitForEnd(input);
            var status = 0;
            try
            {
                beforeEnd();
            }
            catch (Exception)
            {
                // Nobody is left to tell, and ending matters more than tidying up: the next start sweeps what stayed.
                status = 1;
            }

            LibC.ExitNow(status);
        })
        {
            IsBackground = true,
            Name = "parent pipe",
        };
        thread.Start();
    }

    /// <summary>Waits for the end of the stream; what comes before it is thrown away.</summary>
    /// <param name="input">Standard input.</param>
    public static void WaitForEnd(Stream input)
    {
        var ignored = new byte[256];
        try
        {
            while (input.Read(ignored, 0, ignored.Length) > 0)
            {
                // Nothing is said here; only the end counts.
            }
        }
        catch (IOException)
        {
            // A pipe that broke, or a terminal that went away, is an input that ended.
        }
    }
}
