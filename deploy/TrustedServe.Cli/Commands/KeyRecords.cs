using System.Security.Cryptography;
using TrustedServe.Cli.Files;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Packaging.Keys;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Commands;

/// <summary>Where the owner's commands find a key: in a record file, or in the embedded broker's folder, which she owns.</summary>
internal static class KeyRecords
{
    /// <summary>Finds the record.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF0008, TSF3xxx when it is not there or not a record.</exception>
    public static KeyRecord Find(string? recordFile, string brokerFolder, KeyId id)
    {
        if (recordFile is null)
        {
            using var store = ResourceStore.Open(brokerFolder);
            using var resource = store.Get(id)
                ?? throw TsfErrors.KeyNotFound.With($"The embedded broker at {brokerFolder} has no {id}; 'trustedserve key create {id}' makes it.");
            return KeyRecord.Parse(resource.Span);
        }

        var bytes = PrivateFile.Read(recordFile);
        try
        {
            return KeyRecord.Parse(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
