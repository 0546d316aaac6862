using System.Buffers;
using System.Runtime.InteropServices;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>One entry of configfs-tsm, from its creation to its removal.</summary>
internal sealed class ReportEntry : IDisposable
{
    /// <summary>Largest quote: 64 KiB. Real ones have about 5 kB, padded ones 8 kB.</summary>
    public const int MaxQuoteLength = 64 << 10;

    private const int MaxAttributeLength = 4096;
    private readonly string path;

    private ReportEntry(string path) => this.path = path;

    /// <summary>mkdir.</summary>
    public static ReportEntry Create(string path) => SystemCalls.MakeDirectory(path, 0x1c0) == 0
        ? new ReportEntry(path)
        : throw ReportErrors.Of(ReportStep.Create, Marshal.GetLastPInvokeError());

    /// <summary>Which technology the reports are of.</summary>
    public string Provider() => Text("provider", ReportStep.Provider);

    /// <summary>How often the entry's input was written, by anybody.</summary>
    public string Generation() => Text("generation", ReportStep.Generation);

    /// <summary>
    /// Writes the input with one call. The kernel takes it when the file is closed and gives no error for it then, so what it
    /// thinks of the input shows when the quote is read.
    /// </summary>
    public void Write(ReadOnlySpan<byte> reportData)
    {
        using var file = SystemCalls.Open(Path.Combine(path, "inblob"), SystemCalls.WriteOnly | SystemCalls.CloseOnExec, 0);
        if (file.IsInvalid)
        {
            throw ReportErrors.Of(ReportStep.Input, Marshal.GetLastPInvokeError());
        }

        var written = SystemCalls.Write(file, ref MemoryMarshal.GetReference(reportData), (nuint)reportData.Length);
        if (written != reportData.Length)
        {
            throw written < 0
                ? ReportErrors.Of(ReportStep.Input, Marshal.GetLastPInvokeError())
                : TsfErrors.ReportInputRefused.With($"The kernel took {written} of {reportData.Length} bytes of report data.");
        }
    }

    /// <summary>Reads the quote, which makes the kernel ask the host for it: that may take seconds.</summary>
    public byte[] Quote() => ReadAll("outblob", MaxQuoteLength, ReportStep.Quote);

    /// <summary>rmdir. What cannot be removed is swept at the next start.</summary>
    public void Dispose() => _ = SystemCalls.RemoveDirectory(path);

    private string Text(string attribute, ReportStep step) =>
        System.Text.Encoding.ASCII.GetString(ReadAll(attribute, MaxAttributeLength, step)).TrimEnd('\n');

    private byte[] ReadAll(string attribute, int most, ReportStep step)
    {
        using var file = SystemCalls.Open(Path.Combine(path, attribute), SystemCalls.ReadOnly | SystemCalls.CloseOnExec, 0);
        if (file.IsInvalid)
        {
            throw ReportErrors.Of(step, Marshal.GetLastPInvokeError());
        }

        // The file's size says nothing, so read until there is no more; one byte of room shows what is too long.
        var buffer = ArrayPool<byte>.Shared.Rent(most + 1);
        try
        {
            var length = 0;
            while (true)
            {
                var read = SystemCalls.Read(file, ref buffer[length], (nuint)(most + 1 - length));
                if (read < 0)
                {
                    throw ReportErrors.Of(step, Marshal.GetLastPInvokeError());
                }

                if (read == 0)
                {
                    return buffer.AsSpan(0, length).ToArray();
                }

                length += (int)read;
                if (length > most)
                {
                    throw TsfErrors.MalformedReport.With($"The entry's {attribute} has more than {most} bytes.");
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
