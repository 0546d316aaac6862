using System.Text.Json;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Functions.Evidence;

/// <summary>The bundle of collateral that travels with the front end's evidence, so that a client needs no network to verify it.</summary>
internal static class CollateralFile
{
    /// <summary>Reads it, anew each time, because whoever renews collateral replaces the file.</summary>
    /// <exception cref="TsfException">TSF0008, for a bundle that is not one too: the caller is not to blame for it. Where the file lies stays unsaid, as anybody may ask.</exception>
    public static JsonElement Read(string path)
    {
        // Opening a pipe would wait for its writer, and hold the one place for evidence.
        if (FileKinds.IsSpecial(path))
        {
            throw TsfErrors.FileUnreadable.With("The collateral bundle that is to travel with the evidence is not an ordinary file.");
        }

        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            if (file.Length > CollateralBundle.MaxLength)
            {
                throw TsfErrors.CollateralMalformed.With($"The collateral bundle has more than {CollateralBundle.MaxLength} bytes.");
            }

            var bytes = new byte[(int)file.Length];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            CollateralBundle.Parse(bytes.AsMemory(0, length));
            using var document = JsonDocument.Parse(bytes.AsMemory(0, length));
            return document.RootElement.Clone();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException || (exception as TsfException)?.Error == TsfErrors.CollateralMalformed)
        {
            throw TsfErrors.FileUnreadable.With("The collateral bundle that is to travel with the evidence cannot be read.", exception);
        }
    }
}
