namespace TrustedServe.KeyBroker.Auditing;

/// <summary>One decision. No member is a secret: no token, nonce, session or resource content.</summary>
internal sealed record AuditEntry
{
    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>
    /// <c>attest</c> or <c>release</c>; for strangers also <c>challenge</c>, <c>request</c> for one that asks for nothing of these in
    /// a form that can be read, and <c>dropped</c> for lines that could not be written.
    /// </summary>
    public required string Decision { get; init; }

    /// <summary><c>allowed</c> or <c>refused</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>The resource that was asked for.</summary>
    public string? Resource { get; init; }

    /// <summary>Kind of evidence.</summary>
    public string? Tee { get; init; }

    /// <summary>What the program said it is.</summary>
    public string? Measurement { get; init; }

    /// <summary>The rule that allowed it, or came closest.</summary>
    public string? Rule { get; init; }

    /// <summary>Code of the refusal.</summary>
    public string? Code { get; init; }

    /// <summary>Reason of the refusal.</summary>
    public string? Reason { get; init; }

    /// <summary>How many lines were dropped since the last such line.</summary>
    public long? Count { get; init; }
}
