using System.Text.Json;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.KeyBroker.Auditing;

/// <summary>
/// Lines of JSON in a file <c>NAME.jsonl</c> that only grows; a full one becomes <c>NAME.1.jsonl</c> in place of the one before it.
/// One write a line, so that a process that is killed leaves at most one line without an end: the next process ends it. One thread
/// at a time.
/// </summary>
internal sealed class AuditFile : IDisposable
{
    private const byte LineEnd = (byte)'\n';

    private readonly string path;
    private readonly string previous;
    private readonly long fullSize;
    private FileStream file;

    /// <summary>Opens the file; it is made when it is missing.</summary>
    /// <exception cref="TsfException">TSF0006 or TSF0008.</exception>
    public AuditFile(string folder, string name, long fullSize)
    {
        this.fullSize = fullSize;
        path = Path.Combine(folder, $"{name}.jsonl");
        previous = Path.Combine(folder, $"{name}.1.jsonl");
        try
        {
            file = Open();
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    /// <summary>Writes a line.</summary>
    /// <exception cref="TsfException">TSF0006 or TSF0008.</exception>
    public void Write(AuditEntry entry, bool durable)
    {
        try
        {
            MakePlace();
            file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, StrictJson.Compact), LineEnd]);
            if (durable)
            {
                file.Flush(flushToDisk: true);
            }
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private void MakePlace()
    {
        if (file.Length < fullSize)
        {
            return;
        }

        // It is not there when the last attempt got no further.
        if (File.Exists(path))
        {
            File.Move(path, previous, overwrite: true);
        }

        var full = file;
        file = Open();
        full.Flush(flushToDisk: true);
        full.Dispose();
    }

    private FileStream Open()
    {
        var opened = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = DurableFile.OwnerOnly,
            BufferSize = 0,
        });
        try
        {
            if (opened.Length > 0)
            {
                opened.Seek(-1, SeekOrigin.End);
                if (opened.ReadByte() != LineEnd)
                {
                    opened.WriteByte(LineEnd);
                }
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
