namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF3101: what the broker released is not a key record of a known version.</summary>
    public static readonly ErrorCode InvalidKeyRecord = new("TSF3101", 422, "The resource is not a key record", "Create the record with 'trustedserve key create' and put it at the broker again.");
}
