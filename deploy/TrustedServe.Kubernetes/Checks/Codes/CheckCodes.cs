using System.Collections.Frozen;
using System.Reflection;

namespace TrustedServe.Kubernetes.Checks.Codes;

/// <summary>
/// The closed list of findings. One file a range: 001 the guest's size, 020 isolation, 040 trust, 060 life, 080 scaling,
/// 100 the cluster. The page CHECKS.md beside the project is written from it (<c>trustedserve deploy check --list --markdown</c>).
/// </summary>
public static partial class CheckCodes
{
    private static readonly Lazy<FrozenDictionary<string, CheckCode>> ByCode = new(() => typeof(CheckCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.FieldType == typeof(CheckCode))
        .Select(field => (CheckCode)field.GetValue(null)!)
        .ToFrozenDictionary(check => check.Code));

    /// <summary>Every member, ordered by code.</summary>
    public static IReadOnlyList<CheckCode> All => [.. ByCode.Value.Values.OrderBy(check => check.Code, StringComparer.Ordinal)];

    /// <summary>The member with this code, or null.</summary>
    public static CheckCode? Find(string? code) => code is not null && ByCode.Value.TryGetValue(code, out var check) ? check : null;
}
