using System.Security.Cryptography;
using System.Text;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Files;

/// <summary>Publishers' keys in PEM files.</summary>
internal static class SigningKeys
{
    /// <summary>The SubjectPublicKeyInfo of a key; none for none (a null array would become an empty memory, which is not none).</summary>
    public static ReadOnlyMemory<byte>? PublicKey(ECDsa? key) => key is null ? default(ReadOnlyMemory<byte>?) : key.ExportSubjectPublicKeyInfo();

    /// <summary>Reads a private or public ECDSA key.</summary>
    /// <exception cref="TsfException">TSF0008 when the file cannot be read or holds no such key.</exception>
    public static ECDsa Read(string path)
    {
        var bytes = PrivateFile.Read(path);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(bytes));
            return key;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw TsfErrors.FileUnreadable.With($"{path} holds no ECDSA key in PEM form.", exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
