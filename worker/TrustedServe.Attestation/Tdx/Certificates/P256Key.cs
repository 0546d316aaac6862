using System.Security.Cryptography;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>
/// A public key that checks more than one signature. Bringing a key into the platform's library costs more than a check with it
/// (0.17 ms against 0.08 ms), so it is done once, at the first check. Safe to share between threads.
/// </summary>
/// <param name="point">X and Y, 64 bytes; the memory is kept and must not change.</param>
public sealed class P256Key(ReadOnlyMemory<byte> point)
{
    private readonly Lock gate = new();
    private ECDsa? imported;
    private bool tried;

    /// <summary>X and Y, 64 bytes.</summary>
    public ReadOnlySpan<byte> Point => point.Span;

    /// <summary>True when the point is on the curve.</summary>
    public bool IsValid
    {
        get
        {
            lock (gate)
            {
                return Import() is not null;
            }
        }
    }

    /// <summary>Checks a signature given as r and s; false when the point is not on the curve.</summary>
    public bool VerifyFixed(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (gate)
        {
            return Import() is { } key && P256.VerifyFixed(key, data, signature);
        }
    }

    /// <summary>Checks a signature in DER; false when the point is not on the curve.</summary>
    public bool VerifyDer(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (gate)
        {
            return Import() is { } key && P256.VerifyDer(key, data, signature);
        }
    }

    private ECDsa? Import()
    {
        if (!tried)
        {
            (imported, tried) = (P256.TryImport(point.Span), true);
        }

        return imported;
    }
}
