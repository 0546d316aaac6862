using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>
/// The signing keys of a broker's folder, encrypted at rest, one file each: <c>signing-keys/CREATED-ID.key</c>. The name is sealed
/// in, so that no key can be made older or younger.
/// </summary>
internal sealed partial class SigningKeyFiles : IDisposable
{
    private const string Suffix = ".key";
    private const int MaxBytes = 4096;

    private readonly string directory;
    private readonly string orderFile;
    private readonly AtRestCipher cipher;

    /// <summary>Opens the folder.</summary>
    /// <exception cref="TsfException">TSF0008.</exception>
    public SigningKeyFiles(string folder, SecretBuffer rootKey)
    {
        directory = Path.Combine(folder, "signing-keys");
        orderFile = Path.Combine(folder, SigningKeyRing.OrderFileName);
        Guard(() =>
        {
            DurableFile.MakeFolder(directory);
            DurableFile.Sweep(directory, TimeProvider.System);
            return 0;
        });
        cipher = new AtRestCipher(rootKey, "token signing");
    }

    /// <summary>Names of the key files, oldest first. Others are passed over.</summary>
    public IReadOnlyList<string> List() => Guard(() => Directory.EnumerateFiles(directory, $"*{Suffix}")
        .Select(path => Path.GetFileName(path))
        .Where(name => NameForm().IsMatch(name))
        .Order(StringComparer.Ordinal)
        .ToList());

    /// <summary>When a key was made.</summary>
    public static DateTimeOffset CreatedOf(string name) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(NameForm().Match(name).Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    /// <summary>Reads a key; null when another process removed it meanwhile.</summary>
    /// <exception cref="TsfException">TSF3022 when the file was changed; TSF0008.</exception>
    public SigningKey? Read(string name) => Guard(() =>
    {
        var path = Path.Combine(directory, name);
        byte[] file;
        try
        {
            file = new FileInfo(path).Length <= MaxBytes ? File.ReadAllBytes(path) : throw TsfErrors.ResourceDamaged.With($"'{path}' is longer than any key.");
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        using var encoded = cipher.Open(name, file);
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(encoded.Span, out _);
            return new SigningKey(key, CreatedOf(name));
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw TsfErrors.ResourceDamaged.With($"'{path}' does not hold a key.");
        }
    });

    /// <summary>Makes a key; it is on the disk when this returns.</summary>
    public string Create(DateTimeOffset now)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = new SigningKey(pair, now);
        var name = string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeSeconds():D12}-{key.Id}{Suffix}");
        var encoded = pair.ExportPkcs8PrivateKey();
        try
        {
            return Guard(() =>
            {
                DurableFile.Write(Path.Combine(directory, name), cipher.Seal(name, encoded));
                return name;
            });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(encoded);
        }
    }

    /// <summary>Removes a key.</summary>
    public void Delete(string name) => Guard(() =>
    {
        File.Delete(Path.Combine(directory, name));
        return 0;
    });

    /// <summary>Whether there is an order to make a new key.</summary>
    public bool IsOrdered => File.Exists(orderFile);

    /// <summary>Removes the order, once the key is on the disk: a crash in between costs a key too many, never an order.</summary>
    public void RemoveOrder() => Guard(() =>
    {
        File.Delete(orderFile);
        return 0;
    });

    public void Dispose() => cipher.Dispose();

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, directory);
        }
    }

    [GeneratedRegex(@"\A([01][0-9]{11})-[A-Za-z0-9_-]{43}\.key\z")]
    private static partial Regex NameForm();
}
