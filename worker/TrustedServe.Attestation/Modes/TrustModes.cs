using System.Runtime.Intrinsics.X86;
using System.Text;

namespace TrustedServe.Attestation.Modes;

/// <summary>Decides the mode, once and in one place.</summary>
public static class TrustModes
{
    /// <summary>The environment variable that asks for the stricter mode; it can only tighten.</summary>
    public const string StrictVariable = "TRUSTEDSERVE_TRUST_DOMAIN";

    private const int TdxLeaf = 0x21;

    /// <summary>
    /// Decides: a trust domain when CPUID leaf 0x21 reads <c>IntelTDX    </c> (the TDX module answers that leaf, the host cannot
    /// hide it) or when <see cref="StrictVariable"/> is <c>1</c>.
    /// </summary>
    public static TrustMode Decide() =>
        Decide(X86Base.IsSupported ? X86Base.CpuId : null, Environment.GetEnvironmentVariable(StrictVariable));

    /// <summary>The decision, with what it looks at as arguments.</summary>
    internal static TrustMode Decide(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)>? cpuId, string? variable) =>
        variable == "1" || (cpuId is not null && IsTrustDomain(cpuId)) ? TrustMode.TrustDomain : TrustMode.Development;

    private static bool IsTrustDomain(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        // Processors answer a leaf above their highest with the data of another one, so the highest comes first.
        if ((uint)cpuId(0, 0).Eax < TdxLeaf)
        {
            return false;
        }

        var (_, ebx, ecx, edx) = cpuId(TdxLeaf, 0);
        Span<byte> name = stackalloc byte[12];
        BitConverter.TryWriteBytes(name, ebx);
        BitConverter.TryWriteBytes(name[4..], edx);
        BitConverter.TryWriteBytes(name[8..], ecx);
        return Encoding.ASCII.GetString(name) == "IntelTDX    ";
    }
}
