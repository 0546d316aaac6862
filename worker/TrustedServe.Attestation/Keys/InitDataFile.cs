using System.Text.Json;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.InitData;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Attestation.Keys;

/// <summary>The initdata document as the KBS protocol carries it: <c>{"format": "toml", "body": text}</c>.</summary>
internal static class InitDataFile
{
    /// <summary>Reads the file; null when there is none to send.</summary>
    /// <exception cref="TsfException">TSF0008 when it cannot be read, TSF3330 when it is no initdata document.</exception>
    public static JsonElement? Read(string? path)
    {
        if (path is null)
        {
            return null;
        }

        // Opening a pipe would wait for its writer.
        if (FileKinds.IsSpecial(path))
        {
            throw TsfErrors.FileUnreadable.With($"The initdata document '{path}' is not an ordinary file.");
        }

        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            var bytes = new byte[InitDataDocument.MaxLength + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);

            // Parsed here so that a wrong file is named where it lies, not by a broker that refuses it.
            var document = InitDataDocument.Parse(bytes.AsMemory(0, length));
            return KbsJson.Element(new Dictionary<string, string>
            {
                ["format"] = "toml",
                ["body"] = System.Text.Encoding.UTF8.GetString(document.Bytes.Span),
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"The initdata document '{path}' cannot be read.", exception);
        }
    }
}
