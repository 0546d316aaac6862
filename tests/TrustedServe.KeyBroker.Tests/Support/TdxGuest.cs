using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Reports;
using TrustedServe.Attestation.Tests.Tdx.EventLogs;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.KeyBroker.Tests.Support;

/// <summary>A TDX guest on a synthetic platform: it was started with initdata, and has an event log that its RTMR0 to RTMR2 bear out.</summary>
internal sealed record TdxGuest : IEvidenceSource
{
    public const string InitData = """
        version = "0.1.0"
        algorithm = "sha384"

        [data]
        "policy.rego" = "package agent_policy"
        """;

    /// <summary>A guest into which its host can look.</summary>
    public static TdxGuest Debuggable { get; } = new() { Quote = new SyntheticQuote { TdAttributes = [1, 0, 0, 0x10, 0, 0, 0, 0] } };

    public SyntheticQuote Quote { get; init; } = new();

    /// <summary>Changes the TD report after everything was bound, before it is signed.</summary>
    public Action<byte[]>? EditBody { get; init; }

    public byte[]? EventLog { get; init; } = new SyntheticLog().Add(1, 8, Measured(0)).Add(2, 8, Measured(1)).Add(3, 8, Measured(2)).ToArray();

    public string Tee => "tdx";

    public string TrustKind => "tdx";

    public static string Register(int register) => register == 3
        ? new string('0', 96)
        : Hex(SHA384.HashData([.. new byte[48], .. SHA384.HashData(Measured(register))]));

    public static string MrTd => Hex(SyntheticQuote.Measurement(0x22));

    public static string MrConfigId => Hex(SHA384.HashData(Encoding.UTF8.GetBytes(InitData)));

    /// <summary>A rule that names exactly this guest and its container, with <paramref name="more"/> members of an attestation policy.</summary>
    public static string Rule(string resource = "models/*/*", string more = "", string? mrTd = null) => $$"""
        {"name":"production","resources":["{{resource}}"],"tdx":{"mr_td":["{{mrTd ?? MrTd}}"],"rtmr_0":["{{Register(0)}}"],"rtmr_1":["{{Register(1)}}"],
        "rtmr_2":["{{Register(2)}}"],"mr_config_id":["{{MrConfigId}}"]{{more}} } }
        """;

    public Task<EvidenceReport> GetEvidenceAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken) =>
        Task.FromResult(new EvidenceReport(Evidence(reportData.Span), MrTd));

    public JsonElement Evidence(ReadOnlySpan<byte> reportData)
    {
        var bound = reportData.ToArray();
        var quote = Quote with
        {
            EditBody = body =>
            {
                Convert.FromHexString(MrConfigId).CopyTo(body, 184);
                for (var i = 0; i < 4; i++)
                {
                    Convert.FromHexString(Register(i)).CopyTo(body, 328 + (48 * i));
                }

                body.AsSpan(520, 64).Clear();
                bound.CopyTo(body, 520);
                EditBody?.Invoke(body);
            },
        };
        return new TdxEvidence(quote.Build(), EventLog).ToElement();
    }

    /// <summary>The body of an attestation for a challenge.</summary>
    public JsonObject Attestation(WireClient wire, string nonce, string? initData = null)
    {
        var runtime = new RuntimeData { Nonce = nonce, TeePublicKey = TeePublicKey.ToJwk(wire.Key) };
        var body = new JsonObject
        {
            ["runtime-data"] = new JsonObject { ["nonce"] = nonce, ["tee-pubkey"] = JsonNode.Parse(runtime.TeePublicKey.GetRawText()) },
            ["tee-evidence"] = new JsonObject
            {
                ["primary_evidence"] = JsonNode.Parse(Evidence(runtime.Digest("")).GetRawText()),
                ["additional_evidence"] = "",
            },
        };
        if (initData is not null)
        {
            body["init-data"] = new JsonObject { ["format"] = "toml", ["body"] = initData };
        }

        return body;
    }

    /// <summary>What was measured into a register, the one event of each.</summary>
    public static byte[] Measured(int register) => Encoding.UTF8.GetBytes(((string[])["firmware", "kernel", "command line"])[register]);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
