using System.Text;
using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>
/// Collateral as one JSON file that travels with evidence or lies on a disk without network. Members have the names of Intel's
/// quote verification library: <c>tcb_info</c> and <c>qe_identity</c> (the answers as text, byte for byte),
/// <c>tcb_info_issuer_chain</c>, <c>qe_identity_issuer_chain</c> and <c>pck_crl_issuer_chain</c> (PEM text), <c>pck_crl</c> and
/// <c>root_ca_crl</c> (DER in base64).
/// </summary>
public static class CollateralBundle
{
    /// <summary>The longest file that is read; real ones have about 15 kB, and revocation lists may grow.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private const string What = "collateral bundle";

    private static readonly string[] Names =
        ["tcb_info", "tcb_info_issuer_chain", "qe_identity", "qe_identity_issuer_chain", "pck_crl", "pck_crl_issuer_chain", "root_ca_crl"];

    /// <summary>Reads a bundle. Nothing in it is believed yet.</summary>
    /// <exception cref="TsfException">TSF3203: not such a file.</exception>
    public static TdxCollateral Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxLength)
        {
            throw CollateralJson.Refuse(What, $"at most {MaxLength} bytes expected, {json.Length} seen");
        }

        return CollateralJson.Read(What, () =>
        {
            using var document = JsonDocument.Parse(json, CollateralJson.Options);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw CollateralJson.Refuse(What, "a JSON object expected");
            }

            foreach (var member in root.EnumerateObject())
            {
                if (!Names.Contains(member.Name))
                {
                    throw CollateralJson.Refuse(What, $"an unknown member; known are {string.Join(", ", Names)}");
                }
            }

            return new TdxCollateral
            {
                TcbInfo = Required(root, "tcb_info"),
                TcbInfoIssuerChain = Required(root, "tcb_info_issuer_chain"),
                QeIdentity = Required(root, "qe_identity"),
                QeIdentityIssuerChain = Required(root, "qe_identity_issuer_chain"),
                PckCrl = Binary(root, "pck_crl"),
                PckCrlIssuerChain = Text(root, "pck_crl_issuer_chain"),
                RootCaCrl = Binary(root, "root_ca_crl"),
            };
        });
    }

    /// <summary>Writes a bundle that <see cref="Parse"/> reads back to the same bytes.</summary>
    /// <exception cref="TsfException">TSF3203: a text in it is not UTF-8, so JSON cannot carry it unchanged.</exception>
    public static byte[] Write(TdxCollateral collateral)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            WriteText(writer, "tcb_info", collateral.TcbInfo);
            WriteText(writer, "tcb_info_issuer_chain", collateral.TcbInfoIssuerChain);
            WriteText(writer, "qe_identity", collateral.QeIdentity);
            WriteText(writer, "qe_identity_issuer_chain", collateral.QeIdentityIssuerChain);
            WriteBinary(writer, "pck_crl", collateral.PckCrl);
            WriteText(writer, "pck_crl_issuer_chain", collateral.PckCrlIssuerChain);
            WriteBinary(writer, "root_ca_crl", collateral.RootCaCrl);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static ReadOnlyMemory<byte> Required(JsonElement root, string name) =>
        Text(root, name) is { IsEmpty: false } text ? text : throw CollateralJson.Refuse(What, $"{name} is missing");

    private static ReadOnlyMemory<byte> Text(JsonElement root, string name)
    {
        if (!TryMember(root, name, out var member))
        {
            return default;
        }

        return Encoding.UTF8.GetBytes(member.GetString()!);
    }

    private static ReadOnlyMemory<byte> Binary(JsonElement root, string name)
    {
        if (!TryMember(root, name, out var member))
        {
            return default;
        }

        return member.TryGetBytesFromBase64(out var bytes) ? bytes : throw CollateralJson.Refuse(What, $"{name} is not base64");
    }

    private static bool TryMember(JsonElement root, string name, out JsonElement member)
    {
        if (!root.TryGetProperty(name, out member))
        {
            return false;
        }

        return member.ValueKind == JsonValueKind.String ? true : throw CollateralJson.Refuse(What, $"{name}: a text expected, {member.ValueKind} seen");
    }

    private static void WriteText(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (!System.Text.Unicode.Utf8.IsValid(text.Span))
        {
            throw CollateralJson.Refuse(What, $"{name} is not UTF-8");
        }

        writer.WriteString(name, text.Span);
    }

    private static void WriteBinary(Utf8JsonWriter writer, string name, ReadOnlyMemory<byte> der)
    {
        if (!der.IsEmpty)
        {
            writer.WriteBase64String(name, der.Span);
        }
    }
}
