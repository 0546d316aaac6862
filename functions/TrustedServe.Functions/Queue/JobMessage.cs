using System.Buffers.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Functions.Queue;

/// <summary>A batch job as a queue message asks for it. Everything in it comes from outside.</summary>
public sealed partial record JobMessage
{
    private JobMessage(string id, string model, string? version, BlobName input, BlobName output) =>
        (Id, Model, Version, Input, Output) = (id, model, version, input, output);

    /// <summary>The sender's name for the job: 1 to 128 of letters, digits, <c>_ - . :</c>.</summary>
    public string Id { get; }

    /// <summary>Which model scores the rows.</summary>
    public string Model { get; }

    /// <summary>Which version; null for the model's default.</summary>
    public string? Version { get; }

    /// <summary>Where the rows lie.</summary>
    public BlobName Input { get; }

    /// <summary>Where the result is to lie.</summary>
    public BlobName Output { get; }

    /// <summary>How many deliveries were no try; written by an instance that handed the message back, 0 from a sender.</summary>
    public int HandedBack { get; private init; }

    /// <summary>Reads <c>{"id","model","version"?,"input","output","format":"jsonl","handedBack"?}</c>, plain or as base64.</summary>
    /// <param name="body">The message's text as the queue gave it.</param>
    /// <param name="maxBytes">The longest text that is read.</param>
    /// <exception cref="TsfException">TSF6001 with the place that is wrong.</exception>
    public static JobMessage Parse(ReadOnlySpan<byte> body, int maxBytes)
    {
        if (body.Length > maxBytes)
        {
            throw TsfErrors.MalformedJob.With($"The message has {body.Length} bytes; at most {maxBytes} are read.");
        }

        body = Trim(body);
        Wire? wire;
        try
        {
            wire = JsonSerializer.Deserialize<Wire>(body is [(byte)'{', ..] ? body : Decode(body), StrictJson.Compact);
        }
        catch (JsonException malformed)
        {
            throw TsfErrors.MalformedJob.With($"The message is not the JSON of a job (at '{malformed.Path ?? "$"}', byte {malformed.BytePositionInLine ?? 0}).");
        }

        return Check(wire ?? throw TsfErrors.MalformedJob.With("The message is not a JSON object."));
    }

    private static JobMessage Check(Wire wire)
    {
        if (!JobIds().IsMatch(wire.Id))
        {
            throw TsfErrors.MalformedJob.With("'id' must be 1 to 128 of letters, digits, '_', '-', '.' and ':'.");
        }

        if (!Names().IsMatch(wire.Model))
        {
            throw TsfErrors.MalformedJob.With("'model' must be 1 to 64 of letters, digits, '_', '-' and '.', starting with a letter or digit.");
        }

        if (wire.Version is not null && !Names().IsMatch(wire.Version))
        {
            throw TsfErrors.MalformedJob.With("'version' must be 1 to 64 of letters, digits, '_', '-' and '.', starting with a letter or digit.");
        }

        if (wire.Format != "jsonl")
        {
            throw TsfErrors.MalformedJob.With("'format' must be \"jsonl\".");
        }

        if (wire.HandedBack is < 0 or > Queue.HandedBack.Most)
        {
            throw TsfErrors.MalformedJob.With($"'handedBack' must be 0 to {Queue.HandedBack.Most}.");
        }

        var input = Name("input", wire.Input);
        var output = Name("output", wire.Output);
        return input != output
            ? new JobMessage(wire.Id, wire.Model, wire.Version, input, output) { HandedBack = wire.HandedBack }
            : throw TsfErrors.MalformedJob.With("'input' and 'output' must be different blobs.");
    }

    private static BlobName Name(string member, string text) => BlobName.TryParse(text, out var name)
        ? name
        : throw TsfErrors.MalformedJob.With($"'{member}' must be <container>/<blob> by Azure's naming rules, without '..', query or address.");

    private static byte[] Decode(ReadOnlySpan<byte> base64)
    {
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        return Base64.DecodeFromUtf8(base64, decoded, out _, out var written) == System.Buffers.OperationStatus.Done && written > 0
            ? decoded[..written]
            : throw TsfErrors.MalformedJob.With("The message is neither a JSON object nor base64 of one.");
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n"u8);

    [GeneratedRegex(@"\A[A-Za-z0-9_.:-]{1,128}\z")]
    private static partial Regex JobIds();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\z")]
    private static partial Regex Names();

    private sealed record Wire(string Id, string Model, string Input, string Output, string Format, string? Version = null, int HandedBack = 0);
}
