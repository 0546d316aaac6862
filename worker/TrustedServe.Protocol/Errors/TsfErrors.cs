using System.Collections.Frozen;
using System.Reflection;

namespace TrustedServe.Protocol.Errors;

/// <summary>
/// The closed list of errors. One file a range: 0xxx starting and settings, 1xxx packages and sealing, 2xxx stores,
/// 3xxx attestation and keys, 4xxx requests, 5xxx workers, 6xxx queues and batches, 7xxx deployments. The page ERRORS.md beside this file is
/// written from it (<c>trustedserve errors --markdown</c>).
/// </summary>
public static partial class TsfErrors
{
    private static readonly Lazy<FrozenDictionary<string, ErrorCode>> ByCode = new(() => typeof(TsfErrors)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(ErrorCode))
        .Select(field => (ErrorCode)field.GetValue(null)!)
        .ToFrozenDictionary(error => error.Code));

    /// <summary>Every member, ordered by code.</summary>
    public static IReadOnlyList<ErrorCode> All => [.. ByCode.Value.Values.OrderBy(error => error.Code, StringComparer.Ordinal)];

    /// <summary>The member with this code, or null.</summary>
    public static ErrorCode? Find(string? code) => code is not null && ByCode.Value.TryGetValue(code, out var error) ? error : null;
}
