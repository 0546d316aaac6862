namespace TrustedServe.Protocol.Errors;

public static partial class TsfErrors
{
    /// <summary>TSF3001: a key id that is not a KBS URI.</summary>
    public static readonly ErrorCode MalformedKeyId = new("TSF3001", 400, "A key id is not of the form kbs:///repository/type/tag", "Write the key id in that form.");
}
