using System.Buffers;
using System.CommandLine;
using System.Globalization;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>Options that several verbs of <c>attest</c> share, and how their texts are read.</summary>
internal static class AttestOptions
{
    /// <summary>The moment at which everything must be valid.</summary>
    public static Option<string?> At() => new("--at") { Description = "The moment at which everything must be valid, for example 2026-06-30T12:00:00Z; default: now." };

    /// <summary>Another root than Intel's.</summary>
    public static Option<string?> InsecureTrustRoot() => new("--insecure-trust-root")
    {
        Description = "Tests only: a root certificate (PEM) to trust instead of Intel's; whoever has its key can forge every quote.",
    };

    /// <summary>Reads a time; without an offset it is UTC.</summary>
    public static DateTimeOffset Time(string? text) => text is null ? TimeProvider.System.GetUtcNow()
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw TsfErrors.Usage.With($"--at takes a date and time such as 2026-06-30T12:00:00Z, not '{text}'.");

    /// <summary>Reads hexadecimal digits.</summary>
    public static byte[] Hex(string option, string text, int least, int most)
    {
        var bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && bytes.Length >= least && bytes.Length <= most && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done
            ? bytes
            : throw TsfErrors.Usage.With(least == most ? $"{option} takes {2 * most} hexadecimal digits." : $"{option} takes {2 * least} to {2 * most} hexadecimal digits.");
    }

    /// <summary>Intel's root, or the one that the option names.</summary>
    public static TrustAnchor Anchor(string? rootFile)
    {
        if (rootFile is null)
        {
            return TrustAnchor.IntelSgxRoot;
        }

        var root = PemChain.Parse(AttestFiles.Read(rootFile, PemChain.MaxLength), 1)[0];
        try
        {
            return TrustAnchor.InsecureFromPublicKey(root.PublicKey.Span);
        }
        catch (ArgumentException exception)
        {
            throw TsfErrors.CertificateMalformed.With($"The root certificate {rootFile} has no key on P-256.", exception);
        }
    }

    /// <summary>A time as every table writes it.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
