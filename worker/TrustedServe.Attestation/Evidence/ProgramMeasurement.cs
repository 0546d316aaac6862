using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Evidence;

/// <summary>What a program is, as simulated evidence states it: one digest over its own assemblies.</summary>
public static class ProgramMeasurement
{
    /// <summary>
    /// SHA-384 over the assemblies <c>TrustedServe*.dll</c> of a directory in ordinal order of their names: of each, the length of
    /// the name in UTF-8 (4 bytes, little-endian), the name, and the SHA-384 of the content. 96 lower-case hex digits.
    /// </summary>
    /// <exception cref="TsfException">TSF0008 when there is none or one cannot be read.</exception>
    public static string Of(string directory)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
        Span<byte> length = stackalloc byte[4];
        Span<byte> digest = stackalloc byte[SHA384.HashSizeInBytes];
        try
        {
            var files = Directory.GetFiles(directory, "TrustedServe*.dll");
            if (files.Length == 0)
            {
                throw TsfErrors.FileUnreadable.With($"There is no TrustedServe*.dll in '{directory}' to measure.");
            }

            foreach (var file in files.OrderBy(Path.GetFileName, StringComparer.Ordinal))
            {
                var name = Encoding.UTF8.GetBytes(Path.GetFileName(file));
                using var content = File.OpenRead(file);
                SHA384.HashData(content, digest);
                BinaryPrimitives.WriteInt32LittleEndian(length, name.Length);
                hash.AppendData(length);
                hash.AppendData(name);
                hash.AppendData(digest);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"The program in '{directory}' cannot be measured.", exception);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
