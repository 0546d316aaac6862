using System.Buffers.Binary;
using System.Text;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Images;

/// <summary>What a program or shared library needs: as much of a 64-bit little-endian ELF file as says so.</summary>
/// <param name="Needed">Names of libraries that the loader must find.</param>
/// <param name="HasInterpreter">Whether it is a program to be started.</param>
public sealed record ElfFile(IReadOnlyList<string> Needed, bool HasInterpreter)
{
    private const int ProgramHeaderSize = 56;
    private const uint Load = 1;
    private const uint Dynamic = 2;
    private const uint Interpreter = 3;
    private const long NeededTag = 1;
    private const long StringTableTag = 5;

    /// <summary>Reads one; null for a file of another kind.</summary>
    /// <exception cref="TsfException">TSF7063 when it is cut off or contradicts itself.</exception>
    public static ElfFile? Read(string path)
    {
        using (var stream = File.OpenRead(path))
        {
            Span<byte> magic = stackalloc byte[6];
            if (stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !magic.SequenceEqual("\u007fELF\u0002\u0001"u8))
            {
                return null;
            }
        }

        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads one that begins as such a file does.</summary>
    /// <exception cref="TsfException">TSF7063 when it is cut off or contradicts itself.</exception>
    public static ElfFile Parse(ReadOnlySpan<byte> file, string name)
    {
        try
        {
            var (needed, strings) = (new List<long>(), 0L);
            var loads = new List<(long Address, long Offset, long Size)>();
            var interpreter = false;
            var headers = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file[0x20..]));
            ArgumentOutOfRangeException.ThrowIfNotEqual(BinaryPrimitives.ReadUInt16LittleEndian(file[0x36..]), ProgramHeaderSize);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(file[0x38..]);
            for (var number = 0; number < count; number++)
            {
                var header = file.Slice(checked(headers + (number * ProgramHeaderSize)), ProgramHeaderSize);
                var offset = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
                var address = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
                var length = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
                switch (BinaryPrimitives.ReadUInt32LittleEndian(header))
                {
                    case Load:
                        loads.Add((address, offset, length));
                        break;
                    case Interpreter:
                        interpreter = true;
                        break;
                    case Dynamic:
                        var dynamic = file.Slice(checked((int)offset), checked((int)length));
                        for (; dynamic.Length >= 16; dynamic = dynamic[16..])
                        {
                            var value = BinaryPrimitives.ReadInt64LittleEndian(dynamic[8..]);
                            switch (BinaryPrimitives.ReadInt64LittleEndian(dynamic))
                            {
                                case NeededTag:
                                    needed.Add(value);
                                    break;
                                case StringTableTag:
                                    strings = value;
                                    break;
                            }
                        }

                        break;
                }
            }

            var names = new List<string>();
            foreach (var at in needed)
            {
                var segment = loads.First(load => strings >= load.Address && strings - load.Address < load.Size);
                var text = file[checked((int)(strings - segment.Address + segment.Offset + at))..];
                names.Add(Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]));
            }

            return new(names, interpreter);
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException or InvalidOperationException)
        {
            throw TsfErrors.MissingLibrary.With($"{name} begins as a program does and is none: {exception.Message}", exception);
        }
    }
}
