using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Azure;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// What a result carries as metadata, so that a message which is delivered again is known to be done. <see cref="Job"/> names the job and
/// the exact content of its input; <see cref="Request"/> the job alone, for when its input has since been removed.
/// </summary>
internal sealed record JobMark(string Job, string Request)
{
    private const string JobKey = "tsfjob";
    private const string RequestKey = "tsfrequest";

    /// <summary>The mark of a job over an input with this ETag; without one, only <see cref="Request"/> can match.</summary>
    public static JobMark Of(JobMessage job, ETag? input)
    {
        string[] asked = [job.Id, job.Model, job.Version ?? "", job.Input.ToString(), job.Output.ToString()];
        return new JobMark(input is null ? "" : Digest([.. asked, input.Value.ToString()]), Digest(asked));
    }

    /// <summary>As it is stored.</summary>
    public IDictionary<string, string> ToMetadata() => new Dictionary<string, string> { [JobKey] = Job, [RequestKey] = Request };

    /// <summary>Whether a blob with this metadata is the result of the same job.</summary>
    public bool Matches(IDictionary<string, string> metadata)
    {
        var (key, expected) = Job != "" ? (JobKey, Job) : (RequestKey, Request);
        return metadata.TryGetValue(key, out var stored) && stored == expected;
    }

    private static string Digest(string[] parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            // Lengths before the parts: no two lists of parts run together into the same bytes.
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
