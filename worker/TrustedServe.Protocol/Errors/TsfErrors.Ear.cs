namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF3401: not an attestation token in its form.</summary>
    public static readonly ErrorCode MalformedEar = new("TSF3401", 400, "The attestation token is not one that can be read", "Send the broker's token whole and unchanged; the message names the part.");

    /// <summary>TSF3402: another signature scheme than the one that is accepted.</summary>
    public static readonly ErrorCode EarAlgorithmRefused = new("TSF3402", 401, "The attestation token is not signed with ES256", "Have the attestation service sign its tokens with an ECDSA P-256 key.");

    /// <summary>TSF3403: a key that is not among the pinned ones.</summary>
    public static readonly ErrorCode EarSignerUnknown = new("TSF3403", 401, "The attestation token names a signer that is not trusted here", "Attest at the service whose key is pinned; after a change of its keys give the new key or set of keys. The key in a token's own header is never used.");

    /// <summary>TSF3404: the signature is of no trusted signer.</summary>
    public static readonly ErrorCode EarSignatureInvalid = new("TSF3404", 401, "The attestation token's signature is not of a trusted signer", "Do not use this token: it was changed, or another service made it. Attest again at the service whose key is pinned.");

    /// <summary>TSF3405: the token's time is over.</summary>
    public static readonly ErrorCode EarExpired = new("TSF3405", 401, "The attestation token has expired", "Attest again; if fresh tokens are refused too, set the clock.");

    /// <summary>TSF3406: the token's time has not come.</summary>
    public static readonly ErrorCode EarNotYetValid = new("TSF3406", 401, "The attestation token is not valid yet", "Set the clock: that of the attestation service is ahead of this machine's.");

    /// <summary>TSF3407: another issuer.</summary>
    public static readonly ErrorCode EarIssuerRefused = new("TSF3407", 403, "The attestation token is of another issuer", "Compare the token's issuer with the one that is set.");

    /// <summary>TSF3408: another kind of token.</summary>
    public static readonly ErrorCode EarProfileRefused = new("TSF3408", 403, "The attestation token is of another profile", "Use a service that issues tokens of Trustee's EAR profile.");

    /// <summary>TSF3409: the service itself does not vouch for the guest.</summary>
    public static readonly ErrorCode EarStatusRefused = new("TSF3409", 403, "The attestation service does not vouch for this guest as is demanded", "The message names module and status; give the service reference values for this guest, or change the guest.");

    /// <summary>TSF3410: a token about another key.</summary>
    public static readonly ErrorCode EarKeyMismatch = new("TSF3410", 403, "The attestation token is about another key", "Use the token with the key that was attested for it; a token of somebody else proves nothing here.");

    /// <summary>TSF3411: the pinned key or set of keys cannot be used.</summary>
    public static readonly ErrorCode InvalidEarSigner = new("TSF3411", 422, "The signer's key or set of keys cannot be used", "Give a P-256 public key as PEM, or a JWKS document with at least one.");

    /// <summary>TSF3412: the service of signers' keys does not answer.</summary>
    public static readonly ErrorCode EarKeysUnreachable = new("TSF3412", 502, "The signers' keys cannot be fetched", "Check the address of the JWKS document and the way to it, or give the keys as a file.");
}
