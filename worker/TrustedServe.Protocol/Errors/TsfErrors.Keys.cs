namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF3001: a key id that is not a KBS URI.</summary>
    public static readonly ErrorCode MalformedKeyId = new("TSF3001", 400, "A key id is not of the form kbs:///repository/type/tag", "Write the key id in that form.");

    /// <summary>TSF3002: the broker does not answer.</summary>
    public static readonly ErrorCode BrokerUnreachable = new("TSF3002", 503, "The key broker cannot be reached", "Start the broker, or correct its address; the attempt may be repeated.");

    /// <summary>TSF3003: the broker answers something that the protocol does not know.</summary>
    public static readonly ErrorCode BrokerProtocol = new("TSF3003", 502, "The key broker's answer is not what the protocol says", "Check that the address is that of a broker which speaks the KBS protocol in version 0.4.0.");

    /// <summary>TSF3004: the policy does not allow the release.</summary>
    public static readonly ErrorCode KeyDenied = new("TSF3004", 403, "The key broker's policy does not release this key", "Add a rule for this resource and this kind of evidence to the broker's policy, if it may have the key.");

    /// <summary>TSF3005: the evidence did not verify.</summary>
    public static readonly ErrorCode EvidenceRefused = new("TSF3005", 403, "The key broker did not accept the evidence", "The message names the claim; compare what was expected with what was seen.");

    /// <summary>TSF3006: the broker has no such resource.</summary>
    public static readonly ErrorCode KeyNotFound = new("TSF3006", 404, "The key broker has no such key", "Put the key into the broker under the id that the package names.");

    /// <summary>TSF3007: nothing here can make evidence.</summary>
    public static readonly ErrorCode EvidenceUnavailable = new("TSF3007", 500, "This machine cannot give evidence of what it runs", "Run in a trust domain with the guest API as key source, or allow simulated evidence by its Insecure option for development.");

    /// <summary>TSF3008: an attestation token that does not verify.</summary>
    public static readonly ErrorCode TokenRejected = new("TSF3008", 401, "The attestation token is expired or not of this broker", "Attest again.");

    /// <summary>TSF3009: the session is unknown, expired or used up.</summary>
    public static readonly ErrorCode SessionRejected = new("TSF3009", 401, "The attestation session is unknown, expired, used up, or has another nonce", "Begin again with a new challenge.");

    /// <summary>TSF3010: an encrypted answer that does not open.</summary>
    public static readonly ErrorCode MalformedJwe = new("TSF3010", 502, "An encrypted answer is malformed or does not open", "Attest again; if it stays so, the answer was changed on its way or made for another key.");

    /// <summary>TSF3011: the guest API failed.</summary>
    public static readonly ErrorCode GuestApiFailed = new("TSF3011", 502, "The guest API did not give the key", "Look into the log of the pod's confidential data hub: it does not tell callers whether the key is missing, refused or the broker unreachable.");

    /// <summary>TSF3012: the guest API does not serve resources.</summary>
    public static readonly ErrorCode GuestApiDisabled = new("TSF3012", 503, "The guest API does not serve resources", "Turn the feature 'resource' of the guest's api-server-rest on.");

    /// <summary>TSF3013: another version of the KBS protocol.</summary>
    public static readonly ErrorCode ProtocolVersionMismatch = new("TSF3013", 400, "KBS Client Protocol Version Mismatch", "Use a client and a broker that both speak version 0.4.0.");

    /// <summary>TSF3014: a message that is not of the KBS protocol.</summary>
    public static readonly ErrorCode MalformedKbsMessage = new("TSF3014", 400, "A message is not what the KBS protocol says", "The message names the member that is missing or wrong.");

    /// <summary>TSF3015: no verifier for this kind of evidence.</summary>
    public static readonly ErrorCode UnknownTee = new("TSF3015", 403, "The key broker cannot verify this kind of evidence", "Use one of the kinds that the message lists.");

    /// <summary>TSF3016: the evidence is not bound to this session's key and nonce.</summary>
    public static readonly ErrorCode ReportDataMismatch = new("TSF3016", 403, "The evidence is not bound to this session's key and nonce", "Make the evidence from the challenge of this session; evidence cannot be used twice.");

    /// <summary>TSF3017: a program that the policy does not know.</summary>
    public static readonly ErrorCode MeasurementRefused = new("TSF3017", 403, "The key broker's policy does not know this measurement", "Add the measurement to the rule if the program is one that may have the key.");

    /// <summary>TSF3018: too many attestations at one time.</summary>
    public static readonly ErrorCode TooManySessions = new("TSF3018", 503, "The key broker has no place for another attestation", "Try again after the seconds in Retry-After: attestations under way make place.");

    /// <summary>TSF3019: no such route at the broker.</summary>
    public static readonly ErrorCode UnknownBrokerRoute = new("TSF3019", 404, "The key broker has no such path", "Use /kbs/v0/auth, /kbs/v0/attest or /kbs/v0/resource/{repository}/{type}/{tag}.");

    /// <summary>TSF3020: the policy file is wrong; every problem is listed.</summary>
    public static readonly ErrorCode InvalidPolicy = new("TSF3020", 422, "The key broker's policy is not valid", "Correct every problem that the message lists.");

    /// <summary>TSF3021: others could read or exchange the broker's keys.</summary>
    public static readonly ErrorCode UnsafeKeyFile = new("TSF3021", 500, "The key broker's folder or root key is not safe from other users", "Give the folder mode 0700 and the key file mode 0600, both owned by the user that runs the broker; if others could read the key, make new ones.");

    /// <summary>TSF3022: something in the broker's folder was changed.</summary>
    public static readonly ErrorCode ResourceDamaged = new("TSF3022", 500, "A file in the key broker's folder was changed, exchanged or made under another root key", "Put the resource again, or restore the folder from a backup as a whole.");

    /// <summary>TSF3023: a resource over the limit.</summary>
    public static readonly ErrorCode ResourceTooLarge = new("TSF3023", 413, "A resource is empty or larger than the key broker keeps", "Keep keys and settings at the broker, not data: at most 1 MiB each.");

    /// <summary>TSF3024: the broker failed, or refused for a reason that it does not tell.</summary>
    public static readonly ErrorCode BrokerFailed = new("TSF3024", 502, "The key broker failed or refused without a known reason", "Look into the broker's log.");

    /// <summary>TSF3025: a resource was asked for without a token.</summary>
    public static readonly ErrorCode TokenMissing = new("TSF3025", 401, "Attestation Token not found", "Attest first, and send the token or the cookie of the attested session.");

    /// <summary>TSF3026: what answers at the broker's address does not prove to be the broker.</summary>
    public static readonly ErrorCode BrokerIdentity = new("TSF3026", 403, "The key broker's TLS certificate is not accepted", "Give the certificate of the broker's authority, or correct the broker's address; if both are right, somebody else answers there.");
}
