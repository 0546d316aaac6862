using System.Text.Json;

namespace TrustedServe.Attestation.Tdx.Collateral;

/// <summary>Intel's statement about one family of platforms: which security versions are worth what.</summary>
public sealed class TcbInfo
{
    private const int ComponentCount = 16;

    private TcbInfo(JsonElement info)
    {
        Id = CollateralJson.Text(info, "id");
        Version = CollateralJson.Number(info, "version", int.MaxValue);
        if (Id != "TDX" || Version != 3)
        {
            throw CollateralJson.Refuse("tcbInfo", $"id TDX, version 3 expected, id {Id}, version {Version} seen");
        }

        IssueDate = CollateralJson.Time(info, "issueDate");
        NextUpdate = CollateralJson.Time(info, "nextUpdate");
        Fmspc = CollateralJson.Hex(info, "fmspc", 6);
        PceId = CollateralJson.Hex(info, "pceId", 2);
        EvaluationDataNumber = CollateralJson.Number(info, "tcbEvaluationDataNumber", int.MaxValue);
        if (CollateralJson.Number(info, "tcbType", int.MaxValue) is var type && type != 0)
        {
            throw CollateralJson.Refuse("tcbType", $"0 expected, {type} seen");
        }

        Module = info.TryGetProperty("tdxModule", out _) ? ReadModule(CollateralJson.Object(info, "tdxModule"), "", []) : null;
        ModuleIdentities = info.TryGetProperty("tdxModuleIdentities", out _)
            ? CollateralJson.List(info, "tdxModuleIdentities", ReadIdentity)
            : [];
        Levels = CollateralJson.List(info, "tcbLevels", ReadLevel);
    }

    /// <summary><c>TDX</c>.</summary>
    public string Id { get; }

    /// <summary>3.</summary>
    public int Version { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset IssueDate { get; }

    /// <summary>Until when it counts.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>The family of platforms, 6 bytes.</summary>
    public byte[] Fmspc { get; }

    /// <summary>The provisioning certification enclave, 2 bytes.</summary>
    public byte[] PceId { get; }

    /// <summary>Grows with every recovery event; a lower number than one already seen is a replay.</summary>
    public int EvaluationDataNumber { get; }

    /// <summary>The module of TDX 1.0; null when nothing is said about it.</summary>
    public TdxModuleIdentity? Module { get; }

    /// <summary>The modules since TDX 1.5.</summary>
    public IReadOnlyList<TdxModuleIdentity> ModuleIdentities { get; }

    /// <summary>The levels, best first.</summary>
    public IReadOnlyList<TcbLevel> Levels { get; }

    /// <summary>Reads the object named <c>tcbInfo</c>.</summary>
    /// <exception cref="TrustedServe.Protocol.Errors.TsfException">TSF3203: not such an object.</exception>
    public static TcbInfo Parse(JsonElement info) => CollateralJson.Read("tcbInfo", () => new TcbInfo(info));

    /// <summary>The identity of a module with this major version: the TDX 1.0 module for 0; null when nothing is said about it.</summary>
    public TdxModuleIdentity? FindModule(byte majorVersion)
    {
        if (majorVersion == 0)
        {
            return Module;
        }

        var id = $"TDX_{majorVersion:x2}";
        foreach (var identity in ModuleIdentities)
        {
            if (string.Equals(identity.Id, id, StringComparison.OrdinalIgnoreCase))
            {
                return identity;
            }
        }

        return null;
    }

    /// <summary>The first level that a platform reaches; null when it reaches none.</summary>
    /// <param name="sgxComponents">The PCK certificate's sixteen component versions.</param>
    /// <param name="pceSvn">The PCK certificate's PCESVN.</param>
    /// <param name="teeTcbSvn">The TD report's sixteen versions.</param>
    public TcbLevel? SelectLevel(ReadOnlySpan<byte> sgxComponents, int pceSvn, ReadOnlySpan<byte> teeTcbSvn)
    {
        // Since TDX 1.5 the first two versions are the module's, which its own identity judges.
        var firstTdx = teeTcbSvn[1] > 0 ? 2 : 0;
        foreach (var level in Levels)
        {
            if (pceSvn >= level.PceSvn
                && Reaches(sgxComponents, level.SgxComponents)
                && Reaches(teeTcbSvn[firstTdx..], level.TdxComponents.AsSpan(firstTdx)))
            {
                return level;
            }
        }

        return null;
    }

    private static bool Reaches(ReadOnlySpan<byte> versions, ReadOnlySpan<byte> level)
    {
        for (var i = 0; i < level.Length; i++)
        {
            if (versions[i] < level[i])
            {
                return false;
            }
        }

        return true;
    }

    private static TdxModuleIdentity ReadIdentity(JsonElement module) =>
        ReadModule(module, CollateralJson.Text(module, "id"), CollateralJson.List(module, "tcbLevels", CollateralJson.EnclaveLevel));

    private static TdxModuleIdentity ReadModule(JsonElement module, string id, IReadOnlyList<EnclaveTcbLevel> levels) => new(
        id,
        CollateralJson.Hex(module, "mrsigner", 48),
        CollateralJson.Hex(module, "attributes", 8),
        CollateralJson.Hex(module, "attributesMask", 8),
        levels);

    private static TcbLevel ReadLevel(JsonElement level)
    {
        var tcb = CollateralJson.Object(level, "tcb");
        return new TcbLevel(
            ReadComponents(tcb, "sgxtcbcomponents"),
            CollateralJson.Number(tcb, "pcesvn", ushort.MaxValue),
            ReadComponents(tcb, "tdxtcbcomponents"),
            CollateralJson.Verdict(level));
    }

    private static byte[] ReadComponents(JsonElement tcb, string name)
    {
        var versions = CollateralJson.List(tcb, name, static component => (byte)CollateralJson.Number(component, "svn", byte.MaxValue));
        return versions.Length == ComponentCount
            ? versions
            : throw CollateralJson.Refuse(name, $"{ComponentCount} components expected, {versions.Length} seen");
    }
}
