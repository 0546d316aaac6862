using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>Which collateral is meant: that of one kind of platform.</summary>
public sealed record CollateralRequest
{
    /// <summary>Creates the request.</summary>
    /// <param name="fmspc">6 bytes from the platform's certificate.</param>
    /// <param name="authority">Who issued that certificate.</param>
    /// <exception cref="ArgumentException">An FMSPC of another length.</exception>
    public CollateralRequest(ReadOnlySpan<byte> fmspc, PckAuthority authority)
    {
        if (fmspc.Length != 6)
        {
            throw new ArgumentException("An FMSPC has 6 bytes.", nameof(fmspc));
        }

        (Fmspc, Authority) = (Convert.ToHexStringLower(fmspc), authority);
    }

    /// <summary>The kind of platform: 12 lower-case hex digits.</summary>
    public string Fmspc { get; }

    /// <summary>Who certified the platform.</summary>
    public PckAuthority Authority { get; }

    /// <summary>The authority as addresses and file names write it.</summary>
    public string AuthorityName => Authority == PckAuthority.Platform ? "platform" : "processor";

    /// <summary>What the verification of a platform with this certificate needs. Only the Platform CA states platform members.</summary>
    public static CollateralRequest For(PckExtension platform) =>
        new(platform.Fmspc.Span, platform.HasPlatformMembers ? PckAuthority.Platform : PckAuthority.Processor);

    /// <inheritdoc/>
    public override string ToString() => $"FMSPC {Fmspc}, {AuthorityName} CA";
}
