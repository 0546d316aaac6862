using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TrustedServe.Attestation.Tests.Tdx.Synthetic;

/// <summary>Builds and signs a quote of which every part can be chosen.</summary>
public sealed record SyntheticQuote
{
    public SyntheticPki Pki { get; init; } = SyntheticPki.Shared;

    public int Version { get; init; } = 4;

    public int BodyType { get; init; } = 2;

    public byte[] TeeTcbSvn { get; init; } = [7, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public byte[]? TeeTcbSvn2 { get; init; }

    public byte[] MrSignerSeam { get; init; } = new byte[48];

    public byte[] SeamAttributes { get; init; } = new byte[8];

    public byte[] TdAttributes { get; init; } = [0, 0, 0, 0x10, 0, 0, 0, 0];

    public byte[] QeMrSigner { get; init; } = SyntheticCollateral.QeMrSigner;

    public ushort QeProdId { get; init; } = 2;

    public ushort QeSvn { get; init; } = 7;

    public byte QeMiscSelect { get; init; }

    public byte QeAttribute { get; init; } = 0x15;

    /// <summary>Changes the 64 bytes that the quoting enclave binds, before they are signed.</summary>
    public Action<byte[]>? EditBinding { get; init; }

    /// <summary>Changes the TD report before it is signed.</summary>
    public Action<byte[]>? EditBody { get; init; }

    public byte[] Chain { get; init; } = [];

    public byte[] AuthData { get; init; } = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    /// <summary>The key that the enclave attests, where it is not the hierarchy's.</summary>
    public ECDsa? AttestationKey { get; init; }

    /// <summary>Signs with a key of its own instead of the attested one.</summary>
    public ECDsa? SigningKey { get; init; }

    public byte[] Trailing { get; init; } = [];

    public static byte[] Measurement(byte value) => [.. Enumerable.Repeat(value, 48)];

    public byte[] Build()
    {
        var body = Body();
        var header = new byte[48];
        header[0] = (byte)Version;
        header[2] = 2;
        header[4] = 0x81;
        Convert.FromHexString("939a7233f79c4ca9940a0db3957f0607").CopyTo(header, 12);
        byte[] descriptor = Version == 5 ? [(byte)BodyType, 0, .. U32(body.Length)] : [];
        byte[] signed = [.. header, .. descriptor, .. body];

        var attested = AttestationKey ?? Pki.AttestationKey;
        var key = SyntheticPki.Point(attested);
        var report = QeReport(key);
        var chain = Chain.Length > 0 ? Chain : SyntheticPki.Pem(Pki.Leaf(), Pki.PlatformCa, Pki.Root);
        byte[] inner = [.. Sign(Pki.LeafKey, report, prefix: report), .. U16(AuthData.Length), .. AuthData, .. U16(5), .. U32(chain.Length), .. chain];
        byte[] signatureData = [.. Sign(SigningKey ?? attested, signed, prefix: []), .. key, .. U16(6), .. U32(inner.Length), .. inner];
        return [.. signed, .. U32(signatureData.Length), .. signatureData, .. Trailing];
    }

    private byte[] Body()
    {
        var isTdx15 = Version == 5 && BodyType == 3;
        var body = new byte[isTdx15 ? 648 : 584];
        TeeTcbSvn.CopyTo(body, 0);
        Measurement(0x11).CopyTo(body, 16);
        MrSignerSeam.CopyTo(body, 64);
        SeamAttributes.CopyTo(body, 112);
        TdAttributes.CopyTo(body, 120);
        body[128] = 0xe7;
        Measurement(0x22).CopyTo(body, 136);
        Measurement(0x33).CopyTo(body, 184);
        for (var i = 0; i < 4; i++)
        {
            Measurement((byte)(0x40 + i)).CopyTo(body, 328 + (48 * i));
        }

        Measurement(0x55).CopyTo(body, 520);
        if (isTdx15)
        {
            (TeeTcbSvn2 ?? TeeTcbSvn).CopyTo(body, 584);
        }

        EditBody?.Invoke(body);
        return body;
    }

    private byte[] QeReport(byte[] attestationKey)
    {
        var report = new byte[384];
        report[16] = QeMiscSelect;
        report[48] = QeAttribute;
        QeMrSigner.CopyTo(report, 128);
        BinaryPrimitives.WriteUInt16LittleEndian(report.AsSpan(256), QeProdId);
        BinaryPrimitives.WriteUInt16LittleEndian(report.AsSpan(258), QeSvn);
        var binding = new byte[64];
        SHA256.HashData([.. attestationKey, .. AuthData]).CopyTo(binding, 0);
        EditBinding?.Invoke(binding);
        binding.CopyTo(report, 320);
        return report;
    }

    private static byte[] Sign(ECDsa key, byte[] data, byte[] prefix) => [.. prefix, .. key.SignData(data, HashAlgorithmName.SHA256)];

    private static byte[] U16(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] U32(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
