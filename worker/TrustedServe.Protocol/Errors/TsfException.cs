namespace TrustedServe.Protocol.Errors;

/// <summary>A failure with a stable code. Its message is shown to people and to callers: it never holds a secret.</summary>
public sealed class TsfException : Exception
{
    /// <summary>Creates the exception; <see cref="ErrorCode.With"/> reads better at the place of failure.</summary>
    public TsfException(ErrorCode error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>The member of the closed list that this failure is.</summary>
    public ErrorCode Error { get; }

    /// <summary>The stable code, for example <c>TSF1004</c>.</summary>
    public string Code => Error.Code;

    /// <summary>After how many seconds a caller may try again; null when the error says nothing about it.</summary>
    public int? RetryAfterSeconds { get; init; }
}
