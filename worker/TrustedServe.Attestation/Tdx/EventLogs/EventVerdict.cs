namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>What a quote bears out of one event.</summary>
/// <param name="Record">The event.</param>
/// <param name="Measured">It was extended, in this order: its register replays to the quote's value.</param>
/// <param name="Proof">How far the digest proves what the data say.</param>
public readonly record struct EventVerdict(EventRecord Record, bool Measured, EventProof Proof)
{
    /// <summary>What the data say can be believed, wholly or in the measured part.</summary>
    public bool Believed => Measured && (Proof is EventProof.WholeData or EventProof.PartOfData);

    /// <summary>The type, as the TCG names it.</summary>
    public string TypeName => EventTypes.Name(Record.Type);

    /// <summary>One printable line of what the data say, at most 160 characters; for people, not for decisions.</summary>
    public string Text => EventText.Of(Record);

    /// <summary>The attestation agent's entry, where the record is one that can be believed; null otherwise.</summary>
    public AaelEntry? Entry => Believed && AaelEntry.TryParse(Record, out var entry) ? entry : null;
}
