namespace TrustedServe.Protocol.Errors;

/// <summary>One member of the closed list of errors: its stable code, its meaning and what to do about it.</summary>
/// <param name="Code">The stable code, <c>TSF</c> and four digits; never reused for another meaning.</param>
/// <param name="HttpStatus">The HTTP status that a caller sees when this error ends a request.</param>
/// <param name="Title">What happened, in one sentence without a full stop.</param>
/// <param name="Remedy">What the reader can do, in one sentence.</param>
public sealed record ErrorCode(string Code, int HttpStatus, string Title, string Remedy)
{
    /// <summary>Creates the exception that carries this code.</summary>
    /// <param name="message">What failed, what was expected and what was seen; never a secret.</param>
    /// <param name="inner">The cause, when there is one.</param>
    public TsfException With(string message, Exception? inner = null) => new(this, message, inner);

    /// <inheritdoc/>
    public override string ToString() => Code;
}
