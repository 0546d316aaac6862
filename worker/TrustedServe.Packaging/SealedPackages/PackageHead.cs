using System.Buffers.Binary;
using System.Text.Json;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>
/// Everything of a sealed package before its stream header: magic, length, envelope, signature block (see FORMAT.md).
/// The bytes up to the signature block are the associated data, exactly as they stand in the file.
/// </summary>
internal sealed record PackageHead(byte[] AssociatedData, Envelope Envelope, SignatureBlock Signature)
{
    public const int PrefixSize = 12;
    public const int MaxEnvelope = 64 << 10;

    public static ReadOnlySpan<byte> Magic => "TSEALED1"u8;

    /// <summary>Where the stream header begins.</summary>
    public long StreamOffset => AssociatedData.Length + SignatureBlock.Size;

    /// <summary>The length of the whole sealed package.</summary>
    public long TotalSize => StreamOffset + Envelope.CiphertextSize;

    /// <summary>The head of a new sealed package, without a signature.</summary>
    public static PackageHead Create(Envelope envelope)
    {
        Check(envelope, "the envelope");
        var json = JsonSerializer.SerializeToUtf8Bytes(envelope, StrictJson.Compact);
        var bytes = new byte[PrefixSize + json.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Magic.Length), json.Length);
        json.CopyTo(bytes.AsSpan(PrefixSize));
        return new PackageHead(bytes, envelope, SignatureBlock.None);
    }

    /// <summary>The length of the envelope, from the first <see cref="PrefixSize"/> bytes.</summary>
    public static int ReadEnvelopeLength(ReadOnlySpan<byte> prefix, string location)
    {
        if (!prefix.StartsWith(Magic))
        {
            throw TsfErrors.NotSealed.With($"{location} does not begin with '{System.Text.Encoding.ASCII.GetString(Magic)}'.");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix[Magic.Length..]);
        return length is > 0 and <= MaxEnvelope
            ? (int)length
            : throw TsfErrors.InvalidEnvelope.With($"{location}: the envelope has {length} bytes; 1 to {MaxEnvelope} are allowed.");
    }

    /// <summary>Reads prefix, envelope and signature block.</summary>
    public static PackageHead Parse(ReadOnlySpan<byte> head, string location)
    {
        var associatedData = head[..^SignatureBlock.Size].ToArray();
        var json = associatedData.AsSpan(PrefixSize);
        Envelope? envelope;
        try
        {
            if (FormatProbe.ReadVersion(json) is { } version && version != Envelope.CurrentFormat)
            {
                throw TsfErrors.InvalidEnvelope.With($"{location} has format version {version}; this program reads version {Envelope.CurrentFormat}.");
            }

            envelope = JsonSerializer.Deserialize<Envelope>(json, StrictJson.Compact);
        }
        catch (JsonException failure)
        {
            throw TsfErrors.InvalidEnvelope.With($"{location}: the envelope cannot be read: {failure.Message}", failure);
        }

        if (envelope is null)
        {
            throw TsfErrors.InvalidEnvelope.With($"{location}: the envelope is null.");
        }

        Check(envelope, location);

        // One envelope, one spelling: nobody can hide a second reading in white space or escapes.
        if (!json.SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(envelope, StrictJson.Compact)))
        {
            throw TsfErrors.InvalidEnvelope.With($"{location}: the envelope is not written in its canonical form.");
        }

        return new PackageHead(associatedData, envelope, SignatureBlock.Parse(head[^SignatureBlock.Size..], location));
    }

    private static void Check(Envelope envelope, string location)
    {
        var problems = new List<string>();
        Rule(ModelName.IsValid(envelope.Model), "model is not a model's name");
        Rule(ModelVersion.IsValid(envelope.Version), "version is not a version");
        Rule(Hex.IsDigest(envelope.ManifestDigest), "manifestDigest is not 64 lower-case hex digits");
        Rule(envelope.PlaintextSize is >= 0 and <= SegmentLayout.MaxPlaintext, $"plaintextSize is not 0 to {SegmentLayout.MaxPlaintext}");
        Rule(problems.Count > 0 || envelope.CiphertextSize == SegmentLayout.StreamSize(envelope.PlaintextSize), "plaintextSize and ciphertextSize do not belong together");
        try
        {
            _ = KeyId.Parse(envelope.KeyId);
        }
        catch (TsfException failure)
        {
            problems.Add($"keyId: {failure.Message}");
        }

        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidEnvelope.With($"{location}: {string.Join("; ", problems)}.");
        }

        void Rule(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
