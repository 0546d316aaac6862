using System.Collections.Concurrent;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>
/// Certificates that were found to lead back to an anchor, by their bytes. All that is remembered is what no clock and no list can
/// change: what stands in them, their key ready for use, and whose key signed them. Names, dates and revocation are judged anew
/// each time. Bringing a key into the platform's library costs twice a check with it, and a platform shows the same chain with
/// every quote. Safe to share between threads.
/// </summary>
internal sealed class KnownCertificates
{
    /// <summary>About 2 KiB each. Only who is certified below the anchor gets in, so a full store is a busy one, and starts again.</summary>
    private const int Capacity = 256;

    private readonly ConcurrentDictionary<ReadOnlyMemory<byte>, SgxCertificate> known = new(new ByContent());

    /// <summary>Reads a certificate, unless the same bytes are known.</summary>
    /// <exception cref="TrustedServe.Protocol.Errors.TsfException">TSF3202: not such a certificate.</exception>
    public SgxCertificate Read(byte[] der) => known.TryGetValue(der, out var certificate) ? certificate : SgxCertificate.Parse(der);

    /// <summary>Remembers certificates after every signature from them up to the anchor has been checked.</summary>
    public void Keep(params ReadOnlySpan<SgxCertificate> certificates)
    {
        foreach (var certificate in certificates)
        {
            if (!known.ContainsKey(certificate.Raw))
            {
                if (known.Count >= Capacity)
                {
                    known.Clear();
                }

                known.TryAdd(certificate.Raw, certificate);
            }
        }
    }

    private sealed class ByContent : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> der)
        {
            var hash = default(HashCode);
            hash.AddBytes(der.Span);
            return hash.ToHashCode();
        }
    }
}
