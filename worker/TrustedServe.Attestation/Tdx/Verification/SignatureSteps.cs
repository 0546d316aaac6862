using System.Security.Cryptography;
using TrustedServe.Attestation.Tdx.Quotes;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>The steps from the platform's certificate over the quoting enclave's report to the quote.</summary>
internal static class SignatureSteps
{
    public static bool Check(scoped in TdxQuote quote, VerificationContext context)
    {
        var log = context.Log;
        var reportSigned = context.Leaf.Key.VerifyFixed(quote.QeReport.Bytes, quote.QeReportSignature);
        if (!log.CheckSignature(TdxStep.QeReportSignature, reportSigned, "the quoting enclave's report signed by the platform's certificate"))
        {
            return false;
        }

        var key = context.Leaf.AttestationKey(quote.AttestationKey);
        if (!key.IsValid)
        {
            return log.Fail(TdxStep.AttestationKey, "a point on P-256", Convert.ToHexStringLower(quote.AttestationKey));
        }

        log.Pass(TdxStep.AttestationKey, "a point on P-256", "one");
        return CheckBinding(quote, log)
            && log.CheckSignature(TdxStep.QuoteSignature, key.VerifyFixed(quote.SignedBytes, quote.Signature), "header and body signed by the attestation key");
    }

    private static bool CheckBinding(scoped in TdxQuote quote, StepLog log)
    {
        // All 64 bytes count: the digest of key and authentication data, then 32 zero bytes.
        Span<byte> expected = stackalloc byte[64];
        expected.Clear();
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            hash.AppendData(quote.AttestationKey);
            hash.AppendData(quote.QeAuthData);
            hash.GetHashAndReset(expected);
        }

        var bound = quote.QeReport.ReportData.SequenceEqual(expected);
        return log.Check(TdxStep.QeReportBinding, bound, Convert.ToHexStringLower(expected), Convert.ToHexStringLower(quote.QeReport.ReportData));
    }
}
