using TrustedServe.Attestation.Tdx.Quotes;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>What a quote says about its TD: a copy of the TD report, field by field. True only when the verdict accepts.</summary>
public sealed class TdxClaims
{
    private readonly byte[] report;

    internal TdxClaims(in TdxQuote quote)
    {
        report = quote.Body.Bytes.ToArray();
        UserData = quote.UserData.ToArray();
        QuoteVersion = quote.Version;
        BodyType = quote.BodyType;
        QeMrEnclave = quote.QeReport.MrEnclave.ToArray();
        QeIsvSvn = quote.QeReport.IsvSvn;
    }

    /// <summary>Version of the quote, 4 or 5.</summary>
    public int QuoteVersion { get; }

    /// <summary>Which TD report the quote holds.</summary>
    public QuoteBodyType BodyType { get; }

    /// <summary>The header's 20 uninterpreted bytes that name the platform's quoting enclave.</summary>
    public ReadOnlyMemory<byte> UserData { get; }

    /// <summary>Measurement of the quoting enclave.</summary>
    public ReadOnlyMemory<byte> QeMrEnclave { get; }

    /// <summary>Security version of the quoting enclave.</summary>
    public int QeIsvSvn { get; }

    /// <summary>The TD report with all its fields.</summary>
    public TdReport Report => new(report);

    /// <summary>Every field under the name that verifiers commonly give it, in hexadecimal, in the report's order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ToNamedHex()
    {
        var r = Report;
        List<KeyValuePair<string, string>> fields =
        [
            Field("tcb_svn", r.TeeTcbSvn),
            Field("mr_seam", r.MrSeam),
            Field("mrsigner_seam", r.MrSignerSeam),
            Field("seam_attributes", r.SeamAttributes),
            Field("td_attributes", r.TdAttributes),
            Field("xfam", r.Xfam),
            Field("mr_td", r.MrTd),
            Field("mr_config_id", r.MrConfigId),
            Field("mr_owner", r.MrOwner),
            Field("mr_owner_config", r.MrOwnerConfig),
            Field("rtmr_0", r.Rtmr(0)),
            Field("rtmr_1", r.Rtmr(1)),
            Field("rtmr_2", r.Rtmr(2)),
            Field("rtmr_3", r.Rtmr(3)),
            Field("report_data", r.ReportData),
        ];
        if (r.IsTdx15)
        {
            fields.Add(Field("tcb_svn2", r.TeeTcbSvn2));
            fields.Add(Field("mr_servicetd", r.MrServiceTd));
        }

        return fields;
    }

    private static KeyValuePair<string, string> Field(string name, ReadOnlySpan<byte> value) => new(name, Convert.ToHexStringLower(value));
}
