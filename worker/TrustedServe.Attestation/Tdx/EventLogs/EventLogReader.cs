using System.Buffers.Binary;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>Walks a log in the TCG's crypto-agile form. Every length is checked against what is left before it is used.</summary>
internal ref struct EventLogReader
{
    private const int Sha1DigestLength = 20;
    private const ushort Sha384 = 0x000c;
    private const int MarkerLength = 8;

    /// <summary>The TCG names fewer than ten algorithms; one log lists one or two.</summary>
    private const int MaxAlgorithms = 16;

    private readonly ReadOnlyMemory<byte> log;
    private readonly ReadOnlySpan<byte> bytes;
    private readonly Span<Algorithm> algorithms;
    private int algorithmCount;
    private int position;
    private int index;

    public EventLogReader(ReadOnlyMemory<byte> log, Span<Algorithm> algorithms)
    {
        this.log = log;
        this.algorithms = algorithms;
        bytes = log.Span;
        ReadHeader();
    }

    /// <summary>How many bytes the records take, the end marker left out.</summary>
    public readonly int Position => position;

    /// <summary>Room that a caller gives for the algorithms of the header.</summary>
    public static int AlgorithmRoom => MaxAlgorithms;

    /// <summary>Reads the next record, or finds the end: 8 bytes of all ones or all zeros, or the last byte.</summary>
    public bool TryRead(out EventRecord record)
    {
        record = default;
        if (AtEnd())
        {
            return false;
        }

        var offset = position;
        var register = ReadUInt32("register index");
        var type = ReadUInt32("event type");
        var count = ReadUInt32("number of digests");
        if (type != EventTypes.NoAction && register is < 1 or > 4)
        {
            throw Malformed(offset, register == 0
                ? "an event is extended into register 0, which is MRTD and is never extended"
                : $"register index {register} does not exist; 1 to 4 are RTMR0 to RTMR3");
        }

        if (count == 0 || count > (uint)algorithmCount)
        {
            throw Malformed(offset, $"a record has {count} digests where the header names {algorithmCount} algorithms");
        }

        var digest = ReadDigests((int)count);
        var length = ReadUInt32("length of event data");
        var data = Take(length, "event data");
        record = new EventRecord(index++, offset, register, type, digest, data);
        return true;
    }

    private void ReadHeader()
    {
        ReadUInt32("register index of the header");
        if (ReadUInt32("event type of the header") != EventTypes.NoAction)
        {
            throw Malformed(4, "the first record is not the header EV_NO_ACTION");
        }

        Take(Sha1DigestLength, "digest of the header");
        var header = Take(ReadUInt32("length of the header"), "header").Span;
        var start = position - header.Length;
        if (header.Length < 28 || !header[..16].SequenceEqual("Spec ID Event03\0"u8))
        {
            throw Malformed(start, "the header is not a \"Spec ID Event03\"");
        }

        // 16 platform class, 20 minor, 21 major, 22 errata, 23 size of UINTN, 24 number of algorithms
        var count = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        if (count is 0 or > MaxAlgorithms || header.Length < 28 + (4 * (int)count) + 1)
        {
            throw Malformed(start + 24, $"the header names {count} algorithms; 1 to {MaxAlgorithms} fit");
        }

        for (var i = 0; i < (int)count; i++)
        {
            var id = BinaryPrimitives.ReadUInt16LittleEndian(header[(28 + (4 * i))..]);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(header[(30 + (4 * i))..]);
            if (size is 0 or > 64 || (id == Sha384 && size != EventLog.DigestLength) || Find(id) >= 0)
            {
                throw Malformed(start + 28 + (4 * i), $"algorithm 0x{id:x4} with digests of {size} bytes");
            }

            algorithms[algorithmCount++] = new Algorithm(id, size);
        }

        var vendor = 28 + (4 * (int)count);
        if (header[vendor] != header.Length - vendor - 1)
        {
            throw Malformed(start + vendor, "the vendor's part does not fill the header");
        }

        if (Find(Sha384) < 0)
        {
            throw Malformed(start + 28, "the log has no SHA-384 digests, and RTMRs take no others");
        }
    }

    private ReadOnlyMemory<byte> ReadDigests(int count)
    {
        ReadOnlyMemory<byte> found = default;
        var seen = 0;
        for (var i = 0; i < count; i++)
        {
            var at = position;
            var id = BinaryPrimitives.ReadUInt16LittleEndian(Take(2, "algorithm of a digest").Span);
            var known = Find(id);
            if (known < 0 || (seen & (1 << known)) != 0)
            {
                throw Malformed(at, known < 0 ? $"algorithm 0x{id:x4} is not in the header" : $"algorithm 0x{id:x4} stands twice in one record");
            }

            seen |= 1 << known;
            var digest = Take(algorithms[known].Size, "digest");
            if (id == Sha384)
            {
                found = digest;
            }
        }

        return found.Length != 0 ? found : throw Malformed(position, "a record has no SHA-384 digest");
    }

    private readonly bool AtEnd()
    {
        var rest = bytes[position..];
        if (rest.Length > MarkerLength)
        {
            rest = rest[..MarkerLength];
        }

        return !rest.ContainsAnyExcept((byte)0xff) || !rest.ContainsAnyExcept((byte)0);
    }

    private readonly int Find(ushort id)
    {
        for (var i = 0; i < algorithmCount; i++)
        {
            if (algorithms[i].Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what).Span);

    private ReadOnlyMemory<byte> Take(uint length, string what)
    {
        if (length > (uint)(bytes.Length - position))
        {
            throw Malformed(position, $"{what} of {length} bytes, where {bytes.Length - position} are left");
        }

        var part = log.Slice(position, (int)length);
        position += (int)length;
        return part;
    }

    private static TsfException Malformed(int offset, string what) => TsfErrors.MalformedEventLog.With($"Event log, offset {offset}: {what}.");

    /// <summary>A digest algorithm of the header.</summary>
    internal readonly record struct Algorithm(ushort Id, ushort Size);
}
