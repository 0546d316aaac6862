using System.Security.Cryptography;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>The key that signs tokens: ECDSA P-256 in <c>signing.key</c>, encrypted at rest, made at first use.</summary>
internal static class SigningKey
{
    private const string FileName = "signing.key";
    private const int MaxBytes = 4096;

    /// <summary>Reads the key, or makes it.</summary>
    /// <exception cref="TsfException">TSF3022 when the file was changed.</exception>
    public static ECDsa Load(string folder, SecretBuffer rootKey)
    {
        var path = Path.Combine(folder, FileName);
        using var cipher = new AtRestCipher(rootKey, "token signing");
        try
        {
            if (!File.Exists(path))
            {
                Create(path, cipher);
            }

            if (new FileInfo(path).Length > MaxBytes)
            {
                throw TsfErrors.ResourceDamaged.With($"'{path}' is longer than any key.");
            }

            using var encoded = cipher.Open(FileName, File.ReadAllBytes(path));
            var key = ECDsa.Create();
            try
            {
                key.ImportPkcs8PrivateKey(encoded.Span, out _);
                return key;
            }
            catch (CryptographicException)
            {
                key.Dispose();
                throw TsfErrors.ResourceDamaged.With($"'{path}' does not hold a key.");
            }
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    private static void Create(string path, AtRestCipher cipher)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var encoded = key.ExportPkcs8PrivateKey();
        try
        {
            DurableFile.Write(path, cipher.Seal(FileName, encoded), replace: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another broker on this folder was first; its key is the one.
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }
}
