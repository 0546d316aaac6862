using System.Buffers.Binary;
using System.Text.Json;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Rows;

/// <summary>The clear part of sealed rows: magic, length of the header, header (see FORMAT.md).</summary>
internal static class RowsFormat
{
    public const int PrefixSize = 12;
    public const int MaxHeader = 4 << 10;
    private const int CurrentFormat = 1;
    private const int MaxBlobName = 1_100;

    public static ReadOnlySpan<byte> Magic => "TSROWS01"u8;

    public static byte[] Write(RowsHeader header)
    {
        Check(header);
        var json = JsonSerializer.SerializeToUtf8Bytes(header, StrictJson.Compact);
        if (json.Length > MaxHeader)
        {
            throw TsfErrors.InvalidRows.With($"The header of the rows has {json.Length} bytes; at most {MaxHeader} are allowed.");
        }

        var bytes = new byte[PrefixSize + json.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Magic.Length), json.Length);
        json.CopyTo(bytes, PrefixSize);
        return bytes;
    }

    public static int ReadLength(ReadOnlySpan<byte> prefix)
    {
        if (!prefix.StartsWith(Magic))
        {
            throw TsfErrors.InvalidRows.With("The blob does not begin like sealed rows.");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix[Magic.Length..]);
        return length is > 0 and <= MaxHeader ? (int)length : throw TsfErrors.InvalidRows.With($"The header of the rows has {length} bytes; 1 to {MaxHeader} are allowed.");
    }

    public static RowsHeader Parse(ReadOnlySpan<byte> json)
    {
        RowsHeader? header;
        try
        {
            if (FormatProbe.ReadVersion(json) is { } version && version != CurrentFormat)
            {
                throw TsfErrors.InvalidRows.With($"The rows have format version {version}; this program reads version {CurrentFormat}.");
            }

            header = JsonSerializer.Deserialize<RowsHeader>(json, StrictJson.Compact);
        }
        catch (JsonException failure)
        {
            throw TsfErrors.InvalidRows.With($"The header of the rows cannot be read: {failure.Message}", failure);
        }

        if (header is null)
        {
            throw TsfErrors.InvalidRows.With("The header of the rows is null.");
        }

        Check(header);
        return header;
    }

    private static void Check(RowsHeader header)
    {
        if (header.FormatVersion != CurrentFormat)
        {
            throw TsfErrors.InvalidRows.With($"The rows have format version {header.FormatVersion}; this program reads version {CurrentFormat}.");
        }

        if (!Enum.IsDefined(header.Role) || header.Blob.Length is 0 or > MaxBlobName || header.Blob.Any(char.IsControl))
        {
            throw TsfErrors.InvalidRows.With("The header of the rows must name its role and the container/blob that they were sealed for.");
        }

        try
        {
            _ = KeyId.Parse(header.KeyId);
        }
        catch (TsfException failure)
        {
            throw TsfErrors.InvalidRows.With($"The header of the rows: {failure.Message}", failure);
        }
    }
}
