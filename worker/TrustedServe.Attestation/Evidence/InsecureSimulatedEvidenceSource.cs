using TrustedServe.Attestation.Kbs;

namespace TrustedServe.Attestation.Evidence;

/// <summary>
/// Development only: evidence that no hardware stands behind. It has the form of Trustee's <c>sample</c> attester plus the
/// measurement of the program's own files, so that policies can be tried; whoever controls the machine can claim any.
/// </summary>
public sealed class InsecureSimulatedEvidenceSource : IEvidenceSource
{
    private readonly string measurement;

    /// <summary>Measures the running program.</summary>
    public InsecureSimulatedEvidenceSource()
        : this(ProgramMeasurement.Of(AppContext.BaseDirectory))
    {
    }

    /// <summary>Claims a measurement.</summary>
    /// <param name="measurement">96 lower-case hex digits.</param>
    public InsecureSimulatedEvidenceSource(string measurement) => this.measurement = measurement;

    /// <inheritdoc/>
    public string Tee => KbsProtocol.InsecureSimulatedTee;

    /// <inheritdoc/>
    public string TrustKind => "insecure-simulated";

    /// <inheritdoc/>
    public Task<EvidenceReport> GetEvidenceAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken) =>
        Task.FromResult(new EvidenceReport(
            KbsJson.Element(new Dictionary<string, string>
            {
                ["svn"] = "1",
                ["report_data"] = Convert.ToBase64String(reportData.Span),
                ["measurement"] = measurement,
            }),
            measurement));
}
