namespace TrustedServe.KeyBroker.Auditing;

/// <summary>One decision. No member is a secret: no token, nonce, session or resource content.</summary>
internal sealed record AuditEntry
{
    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>challenge</c>, <c>attest</c> or <c>release</c>.</summary>
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
}
