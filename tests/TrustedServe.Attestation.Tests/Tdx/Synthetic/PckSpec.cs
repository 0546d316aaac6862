using System.Formats.Asn1;
using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.Attestation.Tests.Tdx.Synthetic;

/// <summary>What a synthetic PCK certificate says about its platform, right or wrong.</summary>
public sealed record PckSpec
{
    public byte[] Fmspc { get; init; } = [0x90, 0xc0, 0x6f, 0, 0, 0];

    public byte[] PceId { get; init; } = [0, 0];

    /// <summary>The sixteen component versions, 0 to 255 where they are right.</summary>
    public int[] Components { get; init; } = [4, 4, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];

    public int PceSvn { get; init; } = 13;

    public int CpuSvnLength { get; init; } = 16;

    public bool WithPlatformMembers { get; init; } = true;

    public bool Omit { get; init; }

    public int TcbItems { get; init; } = 18;

    /// <summary>A member number (1 to 7) to write twice, or to leave out when negative.</summary>
    public int Damage { get; init; }

    /// <summary>An item of the TCB sequence (1 to 18) to write twice, or to leave out when negative.</summary>
    public int TcbDamage { get; init; }

    public bool UnknownMember { get; init; }

    public byte SgxType { get; init; } = 1;

    public byte[] Encode()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            for (var member = 1; member <= (WithPlatformMembers ? 7 : 5); member++)
            {
                for (var times = Damage == member ? 2 : Damage == -member ? 0 : 1; times > 0; times--)
                {
                    WriteMember(writer, member);
                }
            }

            if (UnknownMember)
            {
                Write(writer, "9", () => writer.WriteInteger(1));
            }
        }

        return writer.Encode();
    }

    private void WriteMember(AsnWriter writer, int member) => Write(writer, $"{member}", () =>
    {
        switch (member)
        {
            case 1:
                writer.WriteOctetString(new byte[16]);
                break;
            case 2:
                WriteTcb(writer);
                break;
            case 3:
                writer.WriteOctetString(PceId);
                break;
            case 4:
                writer.WriteOctetString(Fmspc);
                break;
            case 5:
                writer.WriteEncodedValue([0x0a, 1, SgxType]);
                break;
            case 6:
                writer.WriteOctetString(new byte[16]);
                break;
            default:
                using (writer.PushSequence())
                {
                    for (var i = 1; i <= 3; i++)
                    {
                        Write(writer, $"7.{i}", () => writer.WriteBoolean(true));
                    }
                }

                break;
        }
    });

    private void WriteTcb(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            for (var item = 1; item <= TcbItems; item++)
            {
                for (var times = TcbDamage == item ? 2 : TcbDamage == -item ? 0 : 1; times > 0; times--)
                {
                    WriteTcbItem(writer, item);
                }
            }
        }
    }

    private void WriteTcbItem(AsnWriter writer, int item) => Write(writer, $"2.{item}", () =>
    {
        switch (item)
        {
            case <= 16:
                writer.WriteInteger(Components[item - 1]);
                break;
            case 17:
                writer.WriteInteger(PceSvn);
                break;
            default:
                writer.WriteOctetString(new byte[CpuSvnLength]);
                break;
        }
    });

    private static void Write(AsnWriter writer, string suffix, Action value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier($"{PckExtension.Oid}.{suffix}");
            value();
        }
    }
}
