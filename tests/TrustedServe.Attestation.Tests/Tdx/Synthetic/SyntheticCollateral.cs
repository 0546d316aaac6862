using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;

namespace TrustedServe.Attestation.Tests.Tdx.Synthetic;

/// <summary>Builds and signs collateral of which every part can be chosen.</summary>
public sealed record SyntheticCollateral
{
    public static readonly byte[] QeMrSigner = [.. Enumerable.Repeat((byte)0xdc, 32)];

    public static readonly DateTimeOffset Clock = new(2026, 6, 15, 0, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Issued = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Next = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    public SyntheticPki Pki { get; init; } = SyntheticPki.Shared;

    public string PlatformStatus { get; init; } = "UpToDate";

    public string ModuleStatus { get; init; } = "UpToDate";

    public string QeStatus { get; init; } = "UpToDate";

    /// <summary>Changes TCB info before it is signed.</summary>
    public Action<JsonObject>? EditTcbInfo { get; init; }

    /// <summary>Changes QE identity before it is signed.</summary>
    public Action<JsonObject>? EditQeIdentity { get; init; }

    /// <summary>Changes both answers after they were signed.</summary>
    public Func<string, string>? EditText { get; init; }

    public string[] RevokedByRoot { get; init; } = [];

    public string[] RevokedByAuthority { get; init; } = [];

    public bool Processor { get; init; }

    public TdxCollateral Build()
    {
        var signerChain = SyntheticPki.Pem(Pki.TcbSigner, Pki.Root);
        var tcbInfo = TcbInfo();
        EditTcbInfo?.Invoke(tcbInfo);
        var identity = QeIdentity();
        EditQeIdentity?.Invoke(identity);
        return new TdxCollateral
        {
            TcbInfo = Sign("tcbInfo", tcbInfo.ToJsonString(), Pki.TcbKey),
            TcbInfoIssuerChain = signerChain,
            QeIdentity = Sign("enclaveIdentity", identity.ToJsonString(), Pki.TcbKey),
            QeIdentityIssuerChain = signerChain,
            PckCrl = Processor
                ? SyntheticPki.Crl(CertificateRules.ProcessorAuthorityName, Pki.ProcessorKey, Issued, Next, RevokedByAuthority)
                : SyntheticPki.Crl(CertificateRules.PlatformAuthorityName, Pki.PlatformKey, Issued, Next, RevokedByAuthority),
            PckCrlIssuerChain = SyntheticPki.Pem(Processor ? Pki.ProcessorCa : Pki.PlatformCa, Pki.Root),
            RootCaCrl = SyntheticPki.Crl(CertificateRules.RootName, Pki.RootKey, Issued, Next, RevokedByRoot),
        };
    }

    public byte[] Sign(string member, string json, ECDsa key)
    {
        var signature = Convert.ToHexStringLower(key.SignData(Encoding.UTF8.GetBytes(json), HashAlgorithmName.SHA256));
        var text = $"{{\"{member}\":{json},\"signature\":\"{signature}\"}}";
        return Encoding.UTF8.GetBytes(EditText?.Invoke(text) ?? text);
    }

    public JsonObject TcbInfo() => new()
    {
        ["id"] = "TDX",
        ["version"] = 3,
        ["issueDate"] = Text(Issued),
        ["nextUpdate"] = Text(Next),
        ["fmspc"] = "90C06f000000",
        ["pceId"] = "0000",
        ["tcbType"] = 0,
        ["tcbEvaluationDataNumber"] = 18,
        ["tdxModule"] = Module(null),
        ["tdxModuleIdentities"] = new JsonArray(
            Module("TDX_03", Level(3, "UpToDate")),
            Module("TDX_01", Level(6, ModuleStatus), Level(4, "OutOfDate", "INTEL-SA-00004"), Level(2, "Revoked"))),
        ["tcbLevels"] = new JsonArray(
            PlatformLevel([4, 4, 2, 2, 4, 1, 0, 5], 13, [5, 0, 3], "2025-05-01", PlatformStatus, "INTEL-SA-00001"),
            PlatformLevel([2, 2, 2, 2, 3, 1, 0, 5], 5, [3, 0, 2], "2024-03-13", "OutOfDate", "INTEL-SA-00002", "INTEL-SA-00003")),
    };

    public JsonObject QeIdentity() => new()
    {
        ["id"] = "TD_QE",
        ["version"] = 2,
        ["issueDate"] = Text(Issued),
        ["nextUpdate"] = Text(Next),
        ["tcbEvaluationDataNumber"] = 17,
        ["miscselect"] = "00000000",
        ["miscselectMask"] = "FFFFFFFF",
        ["attributes"] = "11000000000000000000000000000000",
        ["attributesMask"] = "FBFFFFFFFFFFFFFF0000000000000000",
        ["mrsigner"] = Convert.ToHexString(QeMrSigner),
        ["isvprodid"] = 2,
        ["tcbLevels"] = new JsonArray(Level(4, QeStatus, "INTEL-SA-00005"), Level(2, "OutOfDate")),
    };

    public static JsonObject Level(int svn, string status, params string[] advisories)
    {
        var level = new JsonObject { ["tcb"] = new JsonObject { ["isvsvn"] = svn }, ["tcbDate"] = "2025-06-01T00:00:00Z", ["tcbStatus"] = status };
        if (advisories.Length > 0)
        {
            level["advisoryIDs"] = new JsonArray([.. advisories.Select(id => JsonValue.Create(id))]);
        }

        return level;
    }

    public static JsonObject PlatformLevel(int[] sgx, int pceSvn, int[] tdx, string date, string status, params string[] advisories) => new()
    {
        ["tcb"] = new JsonObject { ["sgxtcbcomponents"] = Components(sgx), ["pcesvn"] = pceSvn, ["tdxtcbcomponents"] = Components(tdx) },
        ["tcbDate"] = date + "T00:00:00Z",
        ["tcbStatus"] = status,
        ["advisoryIDs"] = new JsonArray([.. advisories.Select(id => JsonValue.Create(id))]),
    };

    private static JsonArray Components(int[] versions) => new([.. Enumerable.Range(0, 16).Select(i => new JsonObject { ["svn"] = i < versions.Length ? versions[i] : 0 })]);

    private static JsonObject Module(string? id, params JsonObject[] levels)
    {
        var module = new JsonObject { ["mrsigner"] = new string('0', 96), ["attributes"] = new string('0', 16), ["attributesMask"] = new string('F', 16) };
        if (id is not null)
        {
            module["id"] = id;
            module["tcbLevels"] = new JsonArray([.. levels]);
        }

        return module;
    }

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
