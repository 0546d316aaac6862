using System.Globalization;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Graphs;

/// <summary>Where the elements of a tensor lie when they lie beside the graph.</summary>
/// <param name="Path">The file, below the model's directory, with no link on the way.</param>
/// <param name="Offset">Where they begin.</param>
/// <param name="Length">How many bytes they are.</param>
internal sealed record ExternalData(string Path, long Offset, long Length)
{
    private const int MaxPath = 1_024;

    public static bool Has(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External;

    /// <summary>Reads and checks the place; nothing outside of <paramref name="directory"/> is ever opened.</summary>
    public static ExternalData Of(TensorProto tensor, string directory, long expectedLength)
    {
        string? location = null, offset = null, length = null;
        foreach (var entry in tensor.ExternalData)
        {
            switch (entry.Key)
            {
                case "location":
                    location = location is null ? entry.Value : throw Refuse(tensor, "it has two locations");
                    break;
                case "offset":
                    offset = offset is null ? entry.Value : throw Refuse(tensor, "it has two offsets");
                    break;
                case "length":
                    length = length is null ? entry.Value : throw Refuse(tensor, "it has two lengths");
                    break;
                default:
                    // A checksum is the exporter's note; the manifest's digest takes its place.
                    break;
            }
        }

        if (tensor.HasRawData && !tensor.RawData.IsEmpty)
        {
            throw Refuse(tensor, "it also holds data itself");
        }

        var path = Resolve(tensor, location, directory);
        var start = Number(tensor, offset, 0);
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw Refuse(tensor, $"the file {GraphText.Quote(location!)} is missing");
        }

        var bytes = Number(tensor, length, Math.Max(0, file.Length - start));
        if (bytes != expectedLength)
        {
            throw Refuse(tensor, $"it has {bytes} bytes of external data; its shape and datatype make {expectedLength}");
        }

        return start <= file.Length - bytes
            ? new ExternalData(path, start, bytes)
            : throw Refuse(tensor, $"the file {GraphText.Quote(location!)} has {file.Length} bytes and ends before the tensor does");
    }

    /// <summary>Points a tensor at its new place.</summary>
    public static void Set(TensorProto tensor, string location, long offset, long length)
    {
        TensorBytes.Clear(tensor);
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length.ToString(CultureInfo.InvariantCulture) });
    }

    /// <summary>Hands out the bytes piece by piece.</summary>
    public void Read(SafeFileHandle handle, byte[] buffer, Action<ReadOnlyMemory<byte>> take)
    {
        for (long done = 0; done < Length;)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, Length - done));
            SafeFiles.ReadExactly(handle, piece.Span, Offset + done, Path);
            take(piece);
            done += piece.Length;
        }
    }

    private static string Resolve(TensorProto tensor, string? location, string directory)
    {
        if (location is not { Length: >= 1 and <= MaxPath } || location.Contains('\\', StringComparison.Ordinal) || location.Any(char.IsControl) || System.IO.Path.IsPathRooted(location))
        {
            throw Refuse(tensor, "its location is not a relative path");
        }

        var path = directory;
        foreach (var segment in location.Split('/'))
        {
            if (segment is "" or "." or "..")
            {
                throw Refuse(tensor, $"its location {GraphText.Quote(location!)} could lead out of the model's directory");
            }

            path = System.IO.Path.Combine(path, segment);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw Refuse(tensor, $"its location {GraphText.Quote(location!)} goes through a symbolic link");
            }
        }

        return path;
    }

    private static long Number(TensorProto tensor, string? text, long absent)
    {
        if (text is null)
        {
            return absent;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Refuse(tensor, "its offset or length is not a number");
    }

    private static TsfException Refuse(TensorProto tensor, string problem) =>
        TsfErrors.InvalidExternalData.With($"The tensor {GraphText.Quote(tensor.Name)} cannot be used: {problem}.");
}
