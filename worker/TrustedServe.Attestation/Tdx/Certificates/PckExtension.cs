using System.Formats.Asn1;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>What Intel wrote about the platform into its PCK certificate: the SGX extension.</summary>
public sealed class PckExtension
{
    /// <summary>The extension's object identifier.</summary>
    public const string Oid = "1.2.840.113741.1.13.1";

    /// <summary>The extension has about 600 bytes.</summary>
    public const int MaxLength = 8 * 1024;

    private const string What = "PCK extension";
    private const int ComponentCount = 16;

    private readonly byte[] components = new byte[ComponentCount];

    private PckExtension()
    {
    }

    /// <summary>Id of the platform's provisioning, 16 bytes.</summary>
    public ReadOnlyMemory<byte> Ppid { get; private set; }

    /// <summary>Security versions of the sixteen components, as they are compared with TCB levels.</summary>
    public ReadOnlyMemory<byte> TcbComponents => components;

    /// <summary>Security version of the provisioning certification enclave.</summary>
    public int PceSvn { get; private set; }

    /// <summary>The CPU's raw security version, 16 bytes; never compared.</summary>
    public ReadOnlyMemory<byte> CpuSvn { get; private set; }

    /// <summary>Id of the provisioning certification enclave, 2 bytes.</summary>
    public ReadOnlyMemory<byte> PceId { get; private set; }

    /// <summary>Family, model, stepping, platform and custom SKU, 6 bytes: which TCB info is about this platform.</summary>
    public ReadOnlyMemory<byte> Fmspc { get; private set; }

    /// <summary>0 standard, 1 scalable, 2 scalable with integrity.</summary>
    public int SgxType { get; private set; }

    /// <summary>Id of a multi-package platform, 16 bytes; only below the Platform CA.</summary>
    public ReadOnlyMemory<byte>? PlatformInstanceId { get; private set; }

    /// <summary>Whether packages may be added; only below the Platform CA.</summary>
    public bool? DynamicPlatform { get; private set; }

    /// <summary>Whether Intel keeps the platform's root keys; only below the Platform CA.</summary>
    public bool? CachedKeys { get; private set; }

    /// <summary>Whether simultaneous multithreading is on; only below the Platform CA.</summary>
    public bool? SmtEnabled { get; private set; }

    /// <summary>True when the extension has the members that only leaves of the Platform CA have.</summary>
    public bool HasPlatformMembers => PlatformInstanceId is not null;

    /// <summary>Reads the extension's value. Members are found by their identifiers; none may be missing, doubled or unknown.</summary>
    /// <param name="der">The value; the memory is kept and must not change.</param>
    /// <exception cref="TrustedServe.Protocol.Errors.TsfException">TSF3202: not such an extension.</exception>
    public static PckExtension Parse(ReadOnlyMemory<byte> der) => Der.Read(What, der, MaxLength, static reader => new PckExtension().Fill(reader));

    private PckExtension Fill(AsnReader reader)
    {
        var seen = ReadMembers(reader.ReadSequence(), Oid, 7, FillMember);
        if ((seen & 0b11111) != 0b11111)
        {
            throw Der.Malformed(What, "PPID, TCB, PCEID, FMSPC and SGX type expected, one is missing");
        }

        var platform = seen >> 5;
        return platform is 0 or 0b11 ? this : throw Der.Malformed(What, "platform instance id and configuration expected together, one is missing");
    }

    private void FillMember(int number, AsnReader value)
    {
        switch (number)
        {
            case 1:
                Ppid = Octets(value, 16, "PPID");
                break;
            case 2:
                var seen = ReadMembers(value.ReadSequence(), Oid + ".2", 18, FillTcb);
                if (seen != (1 << 18) - 1)
                {
                    throw Der.Malformed(What, "18 TCB items expected, one is missing");
                }

                break;
            case 3:
                PceId = Octets(value, 2, "PCEID");
                break;
            case 4:
                Fmspc = Octets(value, 6, "FMSPC");
                break;
            case 5:
                var type = value.ReadEnumeratedBytes().Span;
                SgxType = type.Length == 1 && type[0] <= 2 ? type[0] : throw Der.Malformed(What, "SGX type 0, 1 or 2 expected");
                break;
            case 6:
                PlatformInstanceId = Octets(value, 16, "platform instance id");
                break;
            default:
                ReadMembers(value.ReadSequence(), Oid + ".7", 3, FillConfiguration);
                break;
        }
    }

    private void FillTcb(int number, AsnReader value)
    {
        if (number <= ComponentCount)
        {
            components[number - 1] = (byte)Number(value, byte.MaxValue);
        }
        else if (number == 17)
        {
            PceSvn = Number(value, ushort.MaxValue);
        }
        else
        {
            CpuSvn = Octets(value, 16, "CPUSVN");
        }
    }

    private void FillConfiguration(int number, AsnReader value)
    {
        var set = value.ReadBoolean();
        switch (number)
        {
            case 1:
                DynamicPlatform = set;
                break;
            case 2:
                CachedKeys = set;
                break;
            default:
                SmtEnabled = set;
                break;
        }
    }

    /// <summary>Reads pairs of identifier and value; answers the set of members seen, bit 0 for member 1.</summary>
    private static int ReadMembers(AsnReader members, string parent, int count, Action<int, AsnReader> read)
    {
        var seen = 0;
        while (members.HasData)
        {
            var member = members.ReadSequence();
            var oid = member.ReadObjectIdentifier();
            if (oid.Length <= parent.Length + 1
                || !oid.StartsWith(parent, StringComparison.Ordinal)
                || oid[parent.Length] != '.'
                || !int.TryParse(oid.AsSpan(parent.Length + 1), System.Globalization.NumberStyles.None, null, out var number)
                || number < 1
                || number > count)
            {
                throw Der.Malformed(What, $"unknown member {oid}");
            }

            if ((seen & (1 << (number - 1))) != 0)
            {
                throw Der.Malformed(What, $"member {oid} is doubled");
            }

            seen |= 1 << (number - 1);
            read(number, member);
            member.ThrowIfNotEmpty();
        }

        return seen;
    }

    private static int Number(AsnReader value, int max) => value.TryReadInt32(out var number) && number >= 0 && number <= max
        ? number
        : throw Der.Malformed(What, $"a number from 0 to {max} expected");

    private static ReadOnlyMemory<byte> Octets(AsnReader value, int length, string name) =>
        value.TryReadPrimitiveOctetString(out var octets) && octets.Length == length
            ? octets
            : throw Der.Malformed(What, $"{name} of {length} bytes expected");
}
