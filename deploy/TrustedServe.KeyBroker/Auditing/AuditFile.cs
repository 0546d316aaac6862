using System.Text.Json;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.KeyBroker.Auditing;

/// <summary>
/// Lines of JSON in a file <c>NAME.jsonl</c> that only grows; a full one becomes <c>NAME.1.jsonl</c> in place of the one before it.
/// One write a line, so that a process that is killed leaves at most one line without an end: the next line ends it. Several
/// processes may use one folder: each line is written under the lock <c>.NAME.lock</c>, into whatever file has the name by then.
/// </summary>
internal sealed class AuditFile
{
    private const byte LineEnd = (byte)'\n';

    private readonly string folder;
    private readonly string path;
    private readonly string previous;
    private readonly string lockPath;
    private readonly long fullSize;

    /// <summary>Makes the file when it is missing.</summary>
    /// <exception cref="TsfException">TSF0006 or TSF0008.</exception>
    public AuditFile(string folder, string name, long fullSize)
    {
        (this.folder, this.fullSize) = (folder, fullSize);
        path = Path.Combine(folder, $"{name}.jsonl");
        previous = Path.Combine(folder, $"{name}.1.jsonl");
        lockPath = Path.Combine(folder, $".{name}.lock");
        UnderLock(_ => { });
    }

    /// <summary>Writes a line.</summary>
    /// <exception cref="TsfException">TSF0006 or TSF0008.</exception>
    public void Write(AuditEntry entry, bool durable)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, StrictJson.Compact), LineEnd];
        UnderLock(file =>
        {
            EndLastLine(file);
            file.Write(line);
            if (durable)
            {
                file.Flush(flushToDisk: true);
            }
        });
    }

    private void UnderLock(Action<FileStream> action)
    {
        try
        {
            using var held = NativeFiles.Lock(lockPath);
            using var file = OpenWithPlace();
            if (file.Length == 0)
            {
                // A new file is lost with all its lines when its name is not on the disk.
                NativeFiles.SyncDirectory(folder);
            }

            action(file);
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    private FileStream OpenWithPlace()
    {
        var file = Open();
        if (file.Length < fullSize)
        {
            return file;
        }

        using (file)
        {
            file.Flush(flushToDisk: true);
            File.Move(path, previous, overwrite: true);
        }

        return Open();
    }

    private FileStream Open() => new(path, new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite,
        UnixCreateMode = DurableFile.OwnerOnly,
        BufferSize = 0,
    });

    private static void EndLastLine(FileStream file)
    {
        if (file.Length == 0)
        {
            return;
        }

        file.Seek(-1, SeekOrigin.End);
        if (file.ReadByte() != LineEnd)
        {
            file.WriteByte(LineEnd);
        }
    }
}
