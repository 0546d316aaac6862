using System.Formats.Asn1;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>
/// A certificate revocation list of Intel's provisioning hierarchy: complete lists only. Any critical extension, delta and indirect
/// lists among them, is refused because its meaning would change what an entry says.
/// </summary>
public sealed class RevocationList
{
    /// <summary>The Platform CA's list had 2,663 bytes in 2023; a serial number costs about 50.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private const string What = "revocation list";

    private readonly HashSet<SerialNumber> revoked = [];
    private ReadOnlyMemory<byte> toBeSigned;
    private ReadOnlyMemory<byte> signature;

    private RevocationList()
    {
    }

    /// <summary>The issuer's distinguished name, in DER.</summary>
    public ReadOnlyMemory<byte> Issuer { get; private set; }

    /// <summary>The issuer's common name; null when there is not exactly one.</summary>
    public string? IssuerCommonName { get; private set; }

    /// <summary>When the list was made.</summary>
    public DateTimeOffset ThisUpdate { get; private set; }

    /// <summary>Until when the list counts.</summary>
    public DateTimeOffset NextUpdate { get; private set; }

    /// <summary>How many certificates are revoked.</summary>
    public int Count => revoked.Count;

    /// <summary>Which certificates are revoked, in no order.</summary>
    public IReadOnlyCollection<SerialNumber> Serials => revoked;

    /// <summary>Reads a list.</summary>
    /// <param name="der">The list; the memory is kept and must not change.</param>
    /// <exception cref="TrustedServe.Protocol.Errors.TsfException">TSF3202: not such a list.</exception>
    public static RevocationList Parse(ReadOnlyMemory<byte> der)
    {
        var list = new RevocationList();
        return Der.Read(What, der, MaxLength, list.Fill);
    }

    /// <summary>True when the list names the certificate with this serial number.</summary>
    public bool Revokes(SerialNumber serial) => revoked.Contains(serial);

    /// <summary>True when this key signed the list.</summary>
    public bool IsSignedBy(P256Key issuer) => issuer.VerifyDer(toBeSigned.Span, signature.Span);

    private RevocationList Fill(AsnReader reader)
    {
        (toBeSigned, signature) = Der.ReadSigned(reader, What, FillToBeSigned);
        return this;
    }

    private void FillToBeSigned(AsnReader tbs)
    {
        if (!tbs.TryReadInt32(out var version) || version != 1)
        {
            throw Der.Malformed(What, "version 2 expected");
        }

        Der.RequireEcdsaWithSha256(tbs, What);
        Issuer = tbs.ReadEncodedValue();
        IssuerCommonName = Der.CommonName(Issuer);
        ThisUpdate = Der.ReadTime(tbs);
        NextUpdate = Der.HasTime(tbs) ? Der.ReadTime(tbs) : throw Der.Malformed(What, "a time of the next update expected");
        if (tbs.HasData && tbs.PeekTag() == Asn1Tag.Sequence)
        {
            FillEntries(tbs.ReadSequence());
        }

        if (tbs.HasData)
        {
            var extensions = tbs.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
            RefuseCritical(extensions.ReadSequence());
            extensions.ThrowIfNotEmpty();
        }

        tbs.ThrowIfNotEmpty();
    }

    private void FillEntries(AsnReader entries)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            revoked.Add(Der.ReadSerial(entry, What));
            Der.ReadTime(entry);
            if (entry.HasData)
            {
                RefuseCritical(entry.ReadSequence());
            }

            entry.ThrowIfNotEmpty();
        }
    }

    private static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            if (extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean())
            {
                throw Der.Malformed(What, $"critical extension {oid} is not understood");
            }

            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
        }
    }
}
