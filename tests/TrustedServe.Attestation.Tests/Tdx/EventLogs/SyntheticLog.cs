using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TrustedServe.Attestation.Tests.Tdx.EventLogs;

/// <summary>Writes event logs byte by byte, right ones and wrong ones.</summary>
internal sealed class SyntheticLog
{
    private readonly MemoryStream bytes = new();

    public SyntheticLog(params (ushort Id, ushort Size)[] algorithms)
    {
        Algorithms = algorithms.Length == 0 ? [(0x000c, 48)] : algorithms;
        var header = new MemoryStream();
        header.Write("Spec ID Event03\0"u8);
        header.Write([0, 0, 0, 0, 0, 2, 0, 2]);
        header.Write(UInt32((uint)Algorithms.Length));
        foreach (var (id, size) in Algorithms)
        {
            header.Write(UInt16(id));
            header.Write(UInt16(size));
        }

        header.WriteByte(0);
        bytes.Write(UInt32(1));
        bytes.Write(UInt32(3));
        bytes.Write(new byte[20]);
        bytes.Write(UInt32((uint)header.Length));
        bytes.Write(header.ToArray());
    }

    public (ushort Id, ushort Size)[] Algorithms { get; }

    public SyntheticLog Add(uint register, uint type, byte[] data, byte[]? digest = null)
    {
        bytes.Write(UInt32(register));
        bytes.Write(UInt32(type));
        bytes.Write(UInt32((uint)Algorithms.Length));
        foreach (var (id, size) in Algorithms)
        {
            bytes.Write(UInt16(id));
            bytes.Write(id == 0x000c ? digest ?? SHA384.HashData(data) : new byte[size]);
        }

        bytes.Write(UInt32((uint)data.Length));
        bytes.Write(data);
        return this;
    }

    public SyntheticLog Raw(params byte[] raw)
    {
        bytes.Write(raw);
        return this;
    }

    public byte[] ToArray() => bytes.ToArray();

    public static byte[] Aael(string line)
    {
        var text = Encoding.UTF8.GetBytes(line);
        return [.. UInt32(0x4141454c), .. UInt32((uint)text.Length), .. text];
    }

    public static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] UInt16(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }
}
