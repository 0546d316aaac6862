using System.Buffers.Binary;

namespace TrustedServe.Protocol.Calls;

/// <summary>
/// What stands before every message on the call socket, the short way between a front end and its own worker: the messages
/// are those of the gRPC service, each behind 24 bytes. A unary gRPC call is handed from thread to thread so often, in two
/// processes, that a small model computes for less time than that takes; here one thread reads, and who has something to say
/// writes it himself.
/// </summary>
/// <remarks>
/// A connection is two sockets, one for each direction: who takes something off a Unix socket wakes whoever sleeps on the other end,
/// in case he waits for room to write (unix_write_space). On a single socket that is the thread that waits for something to read: each
/// call would wake both readers once for nothing. A frame's header is little-endian: kind (4 bytes), length of the payload (4), number
/// of the call (8), argument (8).
/// </remarks>
/// <param name="Kind">What follows.</param>
/// <param name="Length">Bytes of the payload.</param>
/// <param name="Number">Chosen by the caller; no two calls of a connection have the same. Of an opening: what its two sockets have in common.</param>
/// <param name="Argument">Its meaning depends on the kind; otherwise 0.</param>
internal readonly record struct CallFrame(CallKind Kind, int Length, long Number, long Argument = 0)
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 24;

    /// <summary>Reads a header; its values are not checked.</summary>
    public static CallFrame Read(ReadOnlySpan<byte> header) => new(
        (CallKind)BinaryPrimitives.ReadInt32LittleEndian(header),
        BinaryPrimitives.ReadInt32LittleEndian(header[4..]),
        BinaryPrimitives.ReadInt64LittleEndian(header[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(header[16..]));

    /// <summary>Writes the header.</summary>
    public void Write(Span<byte> header)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, (int)Kind);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Argument);
    }
}
