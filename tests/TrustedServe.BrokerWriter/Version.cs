using System.Buffers.Binary;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.BrokerWriter;

/// <summary>What is written: of a resource and a version, bytes of which no part of another version can be a part.</summary>
public static class Version
{
    /// <summary>How many resources take turns.</summary>
    public const int Resources = 4;

    /// <summary>The resource that gets a version.</summary>
    public static KeyId IdOf(long version) => KeyId.Parse($"kbs:///crash/resource/r{version % Resources}");

    /// <summary>The content: the version in every 8 bytes, some 40 to 60,000 of them.</summary>
    public static byte[] Content(long version)
    {
        var bytes = new byte[8 * (5 + (version * 7919 % 7500))];
        for (var i = 0; i < bytes.Length; i += 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i), version);
        }

        return bytes;
    }

    /// <summary>The version that a content is of; null when it is torn.</summary>
    public static long? Of(ReadOnlySpan<byte> content)
    {
        if (content.Length < 8)
        {
            return null;
        }

        var version = BinaryPrimitives.ReadInt64LittleEndian(content);
        return version > 0 && content.SequenceEqual(Content(version)) ? version : null;
    }
}
