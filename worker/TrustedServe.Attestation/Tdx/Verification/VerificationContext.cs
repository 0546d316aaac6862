using System.Globalization;
using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>What one verification has to go by and what it has found so far.</summary>
internal sealed class VerificationContext(VerifiedCollateral? collateral, DateTimeOffset clock, TdxVerifierOptions options)
{
    public VerifiedCollateral? Collateral => collateral;

    public DateTimeOffset Clock => clock;

    public TdxVerifierOptions Options => options;

    public StepLog Log { get; } = new();

    public List<CollateralValidity> Validity { get; } = new(10);

    public TdxClaims? Claims { get; set; }

    public SgxCertificate[] Chain { get; set; } = [];

    public SgxCertificate Leaf => Chain[0];

    public SgxCertificate Intermediate => Chain[1];

    public SgxCertificate Root => Chain[2];

    public PckExtension? Platform { get; set; }

    public TcbAssessment? Tcb { get; set; }

    /// <summary>Compares a span of time with the clock, both ends included.</summary>
    public bool CheckWindow(TdxStep step, string name, DateTimeOffset from, DateTimeOffset until, bool mayBeExpired)
    {
        Validity.Add(new CollateralValidity(name, from, until));
        var seen = Text(clock);
        var expected = $"{name} valid {Text(from)} to {Text(until)}";
        if (clock < from)
        {
            return Log.Fail(step, expected, seen + " (not yet valid)");
        }

        if (clock <= until)
        {
            return Log.Pass(step, expected, seen);
        }

        seen += " (expired)";
        return mayBeExpired ? Log.Waive(step, expected, seen) : Log.Fail(step, expected, seen);
    }

    /// <summary>Compares the validity of certificates with the clock, the first of them first.</summary>
    public bool CheckCertificates(TdxStep step, params ReadOnlySpan<(string Name, SgxCertificate Certificate)> certificates)
    {
        var (first, last) = (DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        foreach (var (name, certificate) in certificates)
        {
            if (!CertificateRules.IsValidAt(certificate, clock))
            {
                return CheckWindow(step, name, certificate.NotBefore, certificate.NotAfter, mayBeExpired: false);
            }

            Validity.Add(new CollateralValidity(name, certificate.NotBefore, certificate.NotAfter));
            first = certificate.NotBefore > first ? certificate.NotBefore : first;
            last = certificate.NotAfter < last ? certificate.NotAfter : last;
        }

        return Log.Pass(step, $"certificates valid {Text(first)} to {Text(last)}", Text(clock));
    }

    public bool Add(IReadOnlyList<StepResult> steps)
    {
        var passed = true;
        foreach (var step in steps)
        {
            passed &= Log.Add(step);
        }

        return passed;
    }

    public TdxVerdict ToVerdict() => new()
    {
        Refusal = Log.Refusal,
        Steps = Log.Steps,
        Clock = clock,
        Claims = Claims,
        Platform = Platform,
        Tcb = Tcb,
        EvaluationDataNumber = collateral?.TcbInfo?.EvaluationDataNumber,
        RootKeyId = options.TrustAnchor.KeyId,
        Validity = Validity,
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
