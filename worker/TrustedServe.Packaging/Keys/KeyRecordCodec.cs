using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Keys;

/// <summary>
/// Key records as JSON. Read and written by hand for one reason: the key's characters pass from the caller's buffer to a
/// <see cref="SecretBuffer"/> and back without a string or array of them on the ordinary heap.
/// </summary>
internal static class KeyRecordCodec
{
    private const string Format = "trustedserve/key-record/1";
    private const int MaxBytes = 16 << 10;
    private const int KeyCharacters = 44;

    public static KeyRecord Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            throw Invalid($"it has {utf8.Length} bytes, at most {MaxBytes} are allowed");
        }

        SecretBuffer? key = null;
        try
        {
            var members = ReadMembers(utf8, ref key);
            var record = Assemble(members, key);
            key = null;
            return record;
        }
        catch (JsonException)
        {
            // Not even the place of the mistake is handed on: the text around it may be the key.
            throw Invalid("it is not JSON");
        }
        finally
        {
            key?.Dispose();
        }
    }

    public static SecretBuffer Write(KeyRecord record)
    {
        if (Check(record.Key.Length, record.Purpose, record.Model, record.ManifestDigest, record.PublisherKey, record.LowestVersion) is { } problem)
        {
            throw Invalid(problem);
        }

        var members = new Dictionary<string, string?>
        {
            ["purpose"] = record.Purpose == KeyPurpose.Model ? "model" : "rows",
            ["model"] = record.Model,
            ["manifestDigest"] = record.ManifestDigest,
            ["publisherKey"] = record.PublisherKey is { } publisher ? Convert.ToBase64String(publisher.Span) : null,
            ["lowestVersion"] = record.LowestVersion,
        };
        var head = JsonSerializer.SerializeToUtf8Bytes(Format, StrictJson.Compact);
        var tail = JsonSerializer.SerializeToUtf8Bytes(members.Where(member => member.Value is not null).ToDictionary(), StrictJson.Compact);
        var before = "{\"format\":"u8;
        var between = ",\"key\":\""u8;
        var after = "\","u8;
        var buffer = new SecretBuffer(before.Length + head.Length + between.Length + KeyCharacters + after.Length + tail.Length - 1);
        var rest = buffer.Span;
        Put(before, ref rest);
        Put(head, ref rest);
        Put(between, ref rest);
        Base64.EncodeToUtf8(record.Key.Span, rest, out _, out var written);
        rest = rest[written..];
        Put(after, ref rest);
        Put(tail.AsSpan(1), ref rest);
        return buffer;
    }

    private static void Put(ReadOnlySpan<byte> bytes, ref Span<byte> rest)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static Dictionary<string, string> ReadMembers(ReadOnlySpan<byte> utf8, ref SecretBuffer? key)
    {
        var members = new Dictionary<string, string>();
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 1 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid("it is not a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isKey = reader.ValueTextEquals("key"u8);
            var name = isKey ? "key" : KnownName(ref reader);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                throw Invalid($"the member '{name}' must be a string");
            }

            if (isKey)
            {
                key = key is null ? ReadKey(ref reader) : throw Invalid("the member 'key' is there twice");
            }
            else if (!members.TryAdd(name, ReadText(ref reader)))
            {
                throw Invalid($"the member '{name}' is there twice");
            }
        }

        // Reading on makes the reader refuse whatever follows the object.
        return reader.TokenType == JsonTokenType.EndObject && !reader.Read() ? members : throw Invalid("it is not a JSON object");
    }

    private static string KnownName(ref Utf8JsonReader reader)
    {
        foreach (var name in (ReadOnlySpan<string>)["format", "purpose", "model", "manifestDigest", "publisherKey", "lowestVersion"])
        {
            if (reader.ValueTextEquals(name))
            {
                return name;
            }
        }

        throw Invalid("it has a member that this program does not know");
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Invalid("it has text that is not UTF-8");
        }
    }

    private static SecretBuffer ReadKey(ref Utf8JsonReader reader)
    {
        var key = new SecretBuffer(StreamKey.KeySize);

        // 44 characters decode to 31 to 33 bytes: the room for the last of them is on the stack and is zeroed.
        Span<byte> decoded = stackalloc byte[StreamKey.KeySize + 1];
        try
        {
            if (reader.ValueIsEscaped || reader.ValueSpan.Length != KeyCharacters
                || Base64.DecodeFromUtf8(reader.ValueSpan, decoded, out _, out var written) != OperationStatus.Done || written != StreamKey.KeySize)
            {
                key.Dispose();
                throw Invalid($"the member 'key' must be base64 of {StreamKey.KeySize} bytes");
            }

            decoded[..StreamKey.KeySize].CopyTo(key.Span);
            return key;
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(decoded);
        }
    }

    private static KeyRecord Assemble(Dictionary<string, string> members, SecretBuffer? key)
    {
        if (members.GetValueOrDefault("format") is not Format)
        {
            throw Invalid($"the member 'format' must be '{Format}'");
        }

        KeyPurpose purpose = members.GetValueOrDefault("purpose") switch
        {
            "model" => KeyPurpose.Model,
            "rows" => KeyPurpose.Rows,
            _ => throw Invalid("the member 'purpose' must be 'model' or 'rows'"),
        };
        ReadOnlyMemory<byte>? publisher = null;
        if (members.TryGetValue("publisherKey", out var base64))
        {
            var decoded = new byte[base64.Length];
            publisher = Convert.TryFromBase64String(base64, decoded, out var length) ? decoded.AsMemory(0, length) : throw Invalid("the member 'publisherKey' must be base64");
        }

        var model = members.GetValueOrDefault("model");
        var digest = members.GetValueOrDefault("manifestDigest");
        var lowest = members.GetValueOrDefault("lowestVersion");
        if (Check(key?.Length ?? 0, purpose, model, digest, publisher, lowest) is { } problem)
        {
            throw Invalid(problem);
        }

        return new KeyRecord { Key = key!, Purpose = purpose, Model = model!, ManifestDigest = digest, PublisherKey = publisher, LowestVersion = lowest };
    }

    private static string? Check(int keyLength, KeyPurpose purpose, string? model, string? digest, ReadOnlyMemory<byte>? publisher, string? lowest)
    {
        if (keyLength != StreamKey.KeySize)
        {
            return $"the key must have {StreamKey.KeySize} bytes";
        }

        if (!ModelName.IsValid(model))
        {
            return "the member 'model' must be a model's name";
        }

        if (digest is not null && !Hex.IsDigest(digest))
        {
            return "the member 'manifestDigest' must be 64 lower-case hex digits";
        }

        if (publisher is { } key && !PublisherKeys.IsValid(key.Span))
        {
            return "the member 'publisherKey' must be the SubjectPublicKeyInfo of an ECDSA P-256 key";
        }

        if (lowest is not null && !ModelVersion.IsValid(lowest))
        {
            return "the member 'lowestVersion' must be a version";
        }

        // Without these a key would open whatever anybody who ever held it made.
        return purpose switch
        {
            KeyPurpose.Model when digest is null && publisher is null => "a record for a model needs 'manifestDigest' or 'publisherKey'",
            KeyPurpose.Model when lowest is null => "a record for a model needs 'lowestVersion'",
            _ => null,
        };
    }

    private static TsfException Invalid(string problem) => TsfErrors.InvalidKeyRecord.With($"The key record is not valid: {problem}.");
}
