using System.CommandLine;
using System.Security.Cryptography;
using TrustedServe.Cli.Hosting;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Packaging.Keys;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Cli.Commands;

/// <summary><c>trustedserve key put</c>: a key record goes from a file to a broker.</summary>
internal static class KeyPutCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var id = new Argument<string>("id") { Description = "The key's name at the broker, kbs:///repository/type/tag." };
        var record = new Option<string>("--record") { Description = "File that 'key create --out' wrote.", Required = true };
        var broker = new Option<string>("--broker") { Description = "'embedded', or the https address of a broker with Trustee's administration API.", DefaultValueFactory = _ => "embedded" };
        var token = new Option<string?>("--admin-token-from-env") { Description = "Name of an environment variable that holds the administrator's token." };
        var folder = CommonOptions.BrokerFolder();
        var json = CommonOptions.Json();
        var command = new Command("put", "Put a key record into a key broker.") { id, record, broker, token, folder, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var keyId = KeyId.Parse(parsed.GetValue(id));
            using var key = KeyRecords.Find(parsed.GetValue(record), parsed.GetValue(folder)!, keyId);
            using var bytes = key.ToUtf8();
            var place = parsed.GetValue(broker)!;
            if (place == "embedded")
            {
                using var store = ResourceStore.Open(parsed.GetValue(folder)!);
                RefuseOtherKey(store, keyId, key);
                store.Put(keyId, bytes.Span);
            }
            else
            {
                await BrokerAdministration.PutAsync(Address(place), keyId, bytes, ServeCommand.FromEnvironment(parsed.GetValue(token)), cancellationToken);
            }

            KeyCreateCommand.Print(parsed.GetValue(json), keyId, key, place);
            return 0;
        });
        return command;
    }

    // The same key with another anchor or lowest version is how a record is changed; another key would orphan what was sealed.
    private static void RefuseOtherKey(ResourceStore store, KeyId id, KeyRecord record)
    {
        using var existing = store.Get(id);
        if (existing is null)
        {
            return;
        }

        using var before = KeyRecord.Parse(existing.Span);
        if (!CryptographicOperations.FixedTimeEquals(before.Key.Span, record.Key.Span))
        {
            throw TsfErrors.Usage.With($"{id} exists with another key; packages sealed under it could never be opened again. Choose another tag.");
        }
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            ? address
            : throw TsfErrors.Usage.With($"--broker takes 'embedded' or an https address (http only on loopback), not '{text}'.");
}
