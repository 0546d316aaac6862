using System.Text.Json;

namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>Intel's statement about its TD quoting enclave: what a genuine one looks like, and which versions are worth what.</summary>
public sealed class QeIdentity
{
    private QeIdentity(JsonElement identity)
    {
        Id = CollateralJson.Text(identity, "id");
        Version = CollateralJson.Number(identity, "version", int.MaxValue);
        if (Id != "TD_QE" || Version != 2)
        {
            throw CollateralJson.Refuse("enclaveIdentity", $"id TD_QE, version 2 expected, id {Id}, version {Version} seen");
        }

        IssueDate = CollateralJson.Time(identity, "issueDate");
        NextUpdate = CollateralJson.Time(identity, "nextUpdate");
        EvaluationDataNumber = CollateralJson.Number(identity, "tcbEvaluationDataNumber", int.MaxValue);
        MiscSelect = CollateralJson.Hex(identity, "miscselect", 4);
        MiscSelectMask = CollateralJson.Hex(identity, "miscselectMask", 4);
        Attributes = CollateralJson.Hex(identity, "attributes", 16);
        AttributesMask = CollateralJson.Hex(identity, "attributesMask", 16);
        MrSigner = CollateralJson.Hex(identity, "mrsigner", 32);
        IsvProdId = CollateralJson.Number(identity, "isvprodid", ushort.MaxValue);
        Levels = CollateralJson.List(identity, "tcbLevels", CollateralJson.EnclaveLevel);
    }

    /// <summary><c>TD_QE</c>.</summary>
    public string Id { get; }

    /// <summary>2.</summary>
    public int Version { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset IssueDate { get; }

    /// <summary>Until when it counts.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>Grows with every recovery event; a lower number than one already seen is a replay.</summary>
    public int EvaluationDataNumber { get; }

    /// <summary>MISCSELECT under the mask.</summary>
    public byte[] MiscSelect { get; }

    /// <summary>Which bits of MISCSELECT count.</summary>
    public byte[] MiscSelectMask { get; }

    /// <summary>ATTRIBUTES under the mask.</summary>
    public byte[] Attributes { get; }

    /// <summary>Which bits of ATTRIBUTES count.</summary>
    public byte[] AttributesMask { get; }

    /// <summary>The enclave's signer, 32 bytes.</summary>
    public byte[] MrSigner { get; }

    /// <summary>The enclave's product id.</summary>
    public int IsvProdId { get; }

    /// <summary>The levels, best first.</summary>
    public IReadOnlyList<EnclaveTcbLevel> Levels { get; }

    /// <summary>Reads the object named <c>enclaveIdentity</c>.</summary>
    /// <exception cref="TrustedServe.Protocol.Errors.TsfException">TSF3203: not such an object.</exception>
    public static QeIdentity Parse(JsonElement identity) => CollateralJson.Read("enclaveIdentity", () => new QeIdentity(identity));
}
