using System.Text.Json;
using System.Text.Json.Serialization;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.KeyBroker.Verification;

/// <summary>The claims of TDX evidence as they stand in a token, under Trustee's names where it has the same claim.</summary>
internal sealed record TdxTokenClaims
{
    [JsonPropertyName("quote")]
    public required QuoteClaims Quote { get; init; }

    [JsonPropertyName("td_attributes")]
    public required AttributeClaims Attributes { get; init; }

    [JsonPropertyName("tcb_status")]
    public required string TcbStatus { get; init; }

    [JsonPropertyName("tcb_date")]
    public DateTimeOffset? TcbDate { get; init; }

    [JsonPropertyName("platform_tcb_date")]
    public DateTimeOffset? PlatformTcbDate { get; init; }

    [JsonPropertyName("tcb_eval_num")]
    public int? EvaluationDataNumber { get; init; }

    [JsonPropertyName("advisory_ids")]
    public required IReadOnlyList<string> Advisories { get; init; }

    [JsonPropertyName("fmspc")]
    public required string Fmspc { get; init; }

    /// <summary>The last moment at which all collateral counts that the verdict rests on.</summary>
    [JsonPropertyName("earliest_expiration_date")]
    public required DateTimeOffset CollateralUntil { get; init; }

    /// <summary><c>replayed</c>, or <c>none</c> when none was sent.</summary>
    [JsonPropertyName("cc_eventlog")]
    public required string EventLog { get; init; }

    /// <summary>The claims of a verified quote.</summary>
    public static TdxTokenClaims Of(TdxVerdict verdict, PolicyClaims guest, DateTimeOffset collateralUntil, bool replayed)
    {
        var claims = verdict.Claims!;
        return new TdxTokenClaims
        {
            Quote = new QuoteClaims { Header = new HeaderClaims { Version = claims.QuoteVersion }, Body = new Dictionary<string, string>(claims.ToNamedHex()) },
            Attributes = new AttributeClaims { Debug = guest.Debug },
            TcbStatus = guest.TcbStatus,
            TcbDate = guest.TcbDate,
            PlatformTcbDate = guest.PlatformTcbDate,
            EvaluationDataNumber = guest.EvaluationDataNumber,
            Advisories = [.. guest.Advisories],
            Fmspc = Convert.ToHexStringLower(verdict.Platform!.Fmspc.Span),
            CollateralUntil = collateralUntil,
            EventLog = replayed ? "replayed" : "none",
        };
    }

    /// <summary>What a policy judges, from a token whose signature verified.</summary>
    /// <exception cref="JsonException">The claims have another form.</exception>
    public static PolicyClaims ReadGuest(JsonElement element)
    {
        var claims = element.Deserialize<TdxTokenClaims>(KbsJson.Options) ?? throw new JsonException();
        return new PolicyClaims
        {
            TcbStatus = claims.TcbStatus,
            TcbDate = claims.TcbDate,
            PlatformTcbDate = claims.PlatformTcbDate,
            EvaluationDataNumber = claims.EvaluationDataNumber,
            Advisories = claims.Advisories,
            Debug = claims.Attributes.Debug,
            MrTd = claims.Register("mr_td"),
            MrSeam = claims.Register("mr_seam"),
            MrConfigId = claims.Register("mr_config_id"),
            Rtmrs = [claims.Register("rtmr_0"), claims.Register("rtmr_1"), claims.Register("rtmr_2"), claims.Register("rtmr_3")],
        };
    }

    private byte[] Register(string name)
    {
        var register = new byte[48];
        return Quote.Body.TryGetValue(name, out var hex) && hex.Length == 2 * register.Length
            && Convert.FromHexString(hex, register, out _, out _) == System.Buffers.OperationStatus.Done
                ? register
                : throw new JsonException();
    }

    internal sealed record QuoteClaims
    {
        [JsonPropertyName("header")]
        public required HeaderClaims Header { get; init; }

        [JsonPropertyName("body")]
        public required IReadOnlyDictionary<string, string> Body { get; init; }
    }

    internal sealed record HeaderClaims
    {
        [JsonPropertyName("version")]
        public required int Version { get; init; }
    }

    internal sealed record AttributeClaims
    {
        [JsonPropertyName("debug")]
        public required bool Debug { get; init; }
    }
}
