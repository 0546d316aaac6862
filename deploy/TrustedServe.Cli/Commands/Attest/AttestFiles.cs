using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>Files of evidence and collateral: bounded when read, whole or absent when written.</summary>
internal static class AttestFiles
{
    /// <summary>Reads a file to its end. Tables that the kernel shows as files have no length, so it is not asked for.</summary>
    /// <exception cref="TsfException">TSF0008: it cannot be read, or is longer than allowed.</exception>
    public static byte[] Read(string path, int most)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            using var content = new MemoryStream();
            var buffer = new byte[64 << 10];
            while (file.Read(buffer) is > 0 and var read)
            {
                if (content.Length + read > most)
                {
                    throw TsfErrors.FileUnreadable.With($"{path} has more than {most} bytes; no more are read of such a file.");
                }

                content.Write(buffer, 0, read);
            }

            return content.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a file; a reader sees the old one or the new one, never a part.</summary>
    /// <exception cref="TsfException">TSF0008.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            try
            {
                using (var file = new FileStream(temporary, FileMode.CreateNew))
                {
                    file.Write(content);
                    file.Flush(flushToDisk: true);
                }

                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"{path} cannot be written: {exception.Message}", exception);
        }
    }
}
