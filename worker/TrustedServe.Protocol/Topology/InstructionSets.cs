namespace TrustedServe.Protocol.Topology;

/// <summary>Which of the instructions that the engine's kernels are written for the processor has.</summary>
/// <param name="Avx2">256-bit vectors.</param>
/// <param name="Avx512">512-bit vectors.</param>
/// <param name="Avx512Vnni">8-bit dot products on 512-bit vectors.</param>
/// <param name="AvxVnni">8-bit dot products on 256-bit vectors.</param>
/// <param name="AmxInt8">8-bit matrix tiles.</param>
/// <param name="AmxBf16">BF16 matrix tiles.</param>
public sealed record InstructionSets(bool Avx2, bool Avx512, bool Avx512Vnni, bool AvxVnni, bool AmxInt8, bool AmxBf16)
{
    /// <summary>None known.</summary>
    public static readonly InstructionSets None = new(false, false, false, false, false, false);

    /// <summary>Whether 8-bit sums are computed whole; without, pairs of products can saturate, and 8-bit models gain less.</summary>
    public bool HasDotProducts => Avx512Vnni || AvxVnni || AmxInt8;

    /// <summary>Takes them from the flags of <c>/proc/cpuinfo</c>.</summary>
    public static InstructionSets FromFlags(IReadOnlySet<string> flags)
    {
        ArgumentNullException.ThrowIfNull(flags);
        var tiles = flags.Contains("amx_tile");
        return new(
            flags.Contains("avx2"),
            flags.Contains("avx512f"),
            flags.Contains("avx512_vnni"),
            flags.Contains("avx_vnni"),
            tiles && flags.Contains("amx_int8"),
            tiles && flags.Contains("amx_bf16"));
    }

    /// <summary>Their names for people.</summary>
    public IEnumerable<string> Names()
    {
        (bool Has, string Name)[] all =
            [(Avx2, "AVX2"), (Avx512, "AVX-512"), (Avx512Vnni, "AVX-512 VNNI"), (AvxVnni, "AVX-VNNI"), (AmxInt8, "AMX INT8"), (AmxBf16, "AMX BF16")];
        return all.Where(one => one.Has).Select(one => one.Name);
    }
}
